package dev.millrace.ingress.http;

import dev.millrace.ingress.jobs.JobView;
import dev.millrace.ingress.waiting.Ending;
import dev.millrace.v1.TokenChunk;
import io.micronaut.serde.ObjectMapper;
import io.micronaut.serde.annotation.Serdeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;

/**
 * A job's events as they happen: {@code status}, {@code token}s of a job that streams, {@code
 * result}. Safe for any number of threads.
 */
final class JobEventStream {
    /** The id of the last event: after it there is no other. */
    static final String LAST = "result";

    private final EventOutlet outlet;
    private final ObjectMapper json;
    private final Optional<Seen> seen;
    private boolean ended;

    /** A piece of an answer; {@code sequence} counts from 0 in each attempt. */
    @Serdeable
    record Token(int attempt, int sequence, String text) {}

    /** The token that a reader saw last before it came back. */
    record Seen(int attempt, int sequence) {

        /** Of a {@code Last-Event-ID}; empty where it names no token. */
        static Optional<Seen> of(String id) {
            int dash = id.indexOf('-');
            try {
                return dash < 0
                        ? Optional.empty()
                        : Optional.of(
                                new Seen(
                                        Integer.parseInt(id.substring(0, dash)),
                                        Integer.parseInt(id.substring(dash + 1))));
            } catch (NumberFormatException e) {
                return Optional.empty();
            }
        }

        boolean covers(TokenChunk chunk) {
            return chunk.getAttempt() < attempt
                    || (chunk.getAttempt() == attempt && chunk.getSequence() <= sequence);
        }
    }

    JobEventStream(EventOutlet outlet, ObjectMapper json, Optional<Seen> seen) {
        this.outlet = outlet;
        this.json = json;
        this.seen = seen;
    }

    /** What is known of the job now. */
    synchronized void begin(JobView job) {
        if (seen.isPresent()) {
            outlet.comment();
        } else if (!ended) {
            outlet.event("status", "status", text(job));
        }
    }

    synchronized void piece(TokenChunk chunk) {
        boolean old = seen.isPresent() && seen.get().covers(chunk);
        if (!ended && !old && !chunk.getText().isEmpty()) {
            outlet.event(
                    chunk.getAttempt() + "-" + chunk.getSequence(),
                    "token",
                    text(new Token(chunk.getAttempt(), chunk.getSequence(), chunk.getText())));
        }
    }

    /** The result, or just an end where the reader has waited its time: it may come back. */
    synchronized void end(Ending ending) {
        if (!ended) {
            ended = true;
            if (ending instanceof Ending.Result(JobView job)) {
                outlet.event(LAST, LAST, text(job));
            }
            outlet.close();
        }
    }

    private String text(Object value) {
        try {
            return json.writeValueAsString(value);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
