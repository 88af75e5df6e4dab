package dev.millrace.classifier.job;

import dev.millrace.v1.Decision;
import dev.millrace.v1.ResultStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** A job as the classifier remembers it. It is open once, then closed once, then forgotten. */
public sealed interface Job {
    /** How long a closed job's id, and so its idempotency key, is remembered. */
    Duration KEPT = Duration.ofDays(7);

    /** SHA-256 (hex) of what was asked for; empty where nothing was accepted. */
    String fingerprint();

    Instant acceptedAt();

    /** When the job has to be looked at next, though no record arrives for it. */
    Instant dueAt();

    /**
     * A job without a result yet.
     *
     * @param askedMaxTokens what the caller asked for, before any lane's limit
     * @param cancelling where it is to end as cancelled
     */
    record Open(
            String fingerprint,
            Head head,
            Optional<Integer> askedMaxTokens,
            Decision decision,
            Attempt attempt,
            Optional<Cancelling> cancelling)
            implements Job {
        public Open {
            if (cancelling.isPresent() && attempt.heldUntil().isPresent()) {
                throw new IllegalArgumentException("a job that waits has no attempt to stop");
            }
        }

        @Override
        public Instant acceptedAt() {
            return head.acceptedAt();
        }

        @Override
        public Instant dueAt() {
            return cancelling
                    .map(Cancelling::until)
                    .or(() -> attempt.heldUntil().filter(held -> held.isBefore(head.deadlineAt())))
                    .orElse(head.deadlineAt());
        }

        public boolean isPastDeadline(Instant now) {
            return !now.isBefore(head.deadlineAt());
        }

        public Open with(Head changed) {
            return new Open(fingerprint, changed, askedMaxTokens, decision, attempt, cancelling);
        }

        public Open with(Attempt changed) {
            return new Open(fingerprint, head, askedMaxTokens, decision, changed, cancelling);
        }

        public Open with(Cancelling cancellation) {
            return new Open(
                    fingerprint,
                    head,
                    askedMaxTokens,
                    decision,
                    attempt,
                    Optional.of(cancellation));
        }

        public Open with(Decision changed) {
            return new Open(fingerprint, head, askedMaxTokens, changed, attempt, cancelling);
        }
    }

    /** A job that has its result. */
    record Closed(
            String fingerprint,
            ResultStatus status,
            Instant acceptedAt,
            Instant closedAt,
            int attempts)
            implements Job {
        @Override
        public Instant dueAt() {
            return closedAt.plus(KEPT);
        }
    }
}
