package dev.millrace.classifier.job;

import dev.millrace.v1.JobCommand;
import dev.millrace.v1.SourceKind;
import java.time.Instant;
import java.util.Optional;

/**
 * A command as it came in.
 *
 * @param partition of {@code millrace.jobs}: outcomes of the job come back to the same one
 * @param traceparent W3C trace context of the record
 * @param now wall clock of this step
 */
public record Arrival(
        JobCommand command, int partition, Optional<String> traceparent, Instant now) {

    public JobId id() {
        return new JobId(command.getTenant(), command.getJobId());
    }

    /**
     * Under which id a record is turned away: its coordinates', where it has a key, so that the key
     * stays usable.
     */
    public JobId answerId() {
        return new JobId(command.getTenant(), command.getConflictId().orElse(command.getJobId()));
    }

    /** Whether an ingress instance waits for a receipt; otherwise only a result tells anybody. */
    public boolean awaitsReceipt() {
        return command.getSource().getKind() == SourceKind.HTTP;
    }

    /** When the ingress took it in, by a clock that may be ahead of ours. */
    public Instant receivedAt() {
        return command.getReceivedAt().isBefore(now) ? command.getReceivedAt() : now;
    }
}
