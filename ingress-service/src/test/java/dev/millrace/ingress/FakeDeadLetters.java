package dev.millrace.ingress;

import dev.millrace.ingress.jobs.DeadLetters;
import dev.millrace.ingress.jobs.Sent;
import dev.millrace.kit.DeadLetter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.header.Headers;

/** Keeps the dead letters that it acknowledges. */
public final class FakeDeadLetters implements DeadLetters {
    private final List<DeadLetter> letters = new ArrayList<>();
    private Sent answer = new Sent.Acknowledged();

    public void answer(Sent next) {
        answer = next;
    }

    public List<DeadLetter> letters() {
        return List.copyOf(letters);
    }

    public List<String> reasons() {
        return letters.stream().map(DeadLetter::reason).toList();
    }

    @Override
    public CompletableFuture<Sent> bury(DeadLetter letter, Headers original) {
        if (answer instanceof Sent.Acknowledged) {
            letters.add(letter);
        }
        return CompletableFuture.completedFuture(answer);
    }
}
