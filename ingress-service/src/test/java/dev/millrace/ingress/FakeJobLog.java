package dev.millrace.ingress;

import dev.millrace.ingress.jobs.JobLog;
import dev.millrace.ingress.jobs.Sent;
import dev.millrace.kit.telemetry.TraceContext;
import dev.millrace.v1.JobCommand;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;

/** Takes every job, unless told otherwise, and may have admission answer. */
public final class FakeJobLog implements JobLog {
    private final List<JobCommand> written = new ArrayList<>();
    private Function<JobCommand, Sent> outcome = command -> new Sent.Acknowledged();
    private Consumer<JobCommand> admission = command -> {};

    public synchronized void answer(Function<JobCommand, Sent> outcome) {
        this.outcome = outcome;
    }

    /** What happens once a job is written. */
    public synchronized void admission(Consumer<JobCommand> admission) {
        this.admission = admission;
    }

    public synchronized List<JobCommand> written() {
        return List.copyOf(written);
    }

    public synchronized void reset() {
        written.clear();
        outcome = command -> new Sent.Acknowledged();
        admission = command -> {};
    }

    @Override
    public synchronized CompletableFuture<Sent> append(JobCommand command, TraceContext trace) {
        Sent sent = outcome.apply(command);
        if (sent instanceof Sent.Acknowledged) {
            written.add(command);
            admission.accept(command);
        }
        return CompletableFuture.completedFuture(sent);
    }
}
