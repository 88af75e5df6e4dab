package dev.millrace.ingress;

import dev.millrace.ingress.jobs.JobView;
import dev.millrace.ingress.jobs.StoredJobs;
import dev.millrace.v1.JobCommand;
import dev.millrace.v1.JobError;
import dev.millrace.v1.Receipt;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Supplier;

/** What admission's receipt means for the caller. */
final class Answers {

    /** No receipt in time: the job is in the jobs topic all the same. */
    static Answer queued(JobCommand command) {
        return queued(command, command.getReceivedAt());
    }

    /**
     * @param stored the job as the database has it, for one that has ended already
     */
    static Answer of(JobCommand command, Receipt receipt, Supplier<Optional<JobView>> stored) {
        return switch (receipt.getStatus()) {
            case ACCEPTED, UNKNOWN -> queued(command, receipt.getAcceptedAt());
            case DUPLICATE ->
                    receipt.getClosed()
                            ? ended(stored, command, receipt)
                            : queued(command, receipt.getAcceptedAt());
            case CONFLICT -> new Answer.Conflict(error(receipt, conflict()));
            case OVER_BUDGET -> new Answer.OverBudget(error(receipt, overBudget()));
            case TOO_MANY -> new Answer.TooMany(error(receipt, tooMany()));
            case REFUSED -> new Answer.Refused(error(receipt, refused()));
        };
    }

    /** What a caller that waits is told where admission turned its job away. */
    static Optional<Answer> refusal(Receipt receipt) {
        return switch (receipt.getStatus()) {
            case ACCEPTED, UNKNOWN, DUPLICATE -> Optional.empty();
            case CONFLICT -> Optional.of(new Answer.Conflict(error(receipt, conflict())));
            case OVER_BUDGET -> Optional.of(new Answer.OverBudget(error(receipt, overBudget())));
            case TOO_MANY -> Optional.of(new Answer.TooMany(error(receipt, tooMany())));
            case REFUSED -> Optional.of(new Answer.Refused(error(receipt, refused())));
        };
    }

    static JobError tooLargeForTopic() {
        return new JobError(
                "body_too_large", null, "2097152 bytes", "the job does not fit into its topic");
    }

    /** The stored result; for a moment after the end there may be none, or no database to ask. */
    private static Answer ended(
            Supplier<Optional<JobView>> stored, JobCommand command, Receipt receipt) {
        try {
            return stored.get()
                    .<Answer>map(Answer.Taken::new)
                    .orElseGet(() -> queued(command, receipt.getAcceptedAt()));
        } catch (StoredJobs.UnavailableException e) {
            return queued(command, receipt.getAcceptedAt());
        }
    }

    private static Answer queued(JobCommand command, Instant acceptedAt) {
        return new Answer.Taken(JobView.queued(command.getJobId(), acceptedAt));
    }

    private static JobError error(Receipt receipt, JobError otherwise) {
        return receipt.getError().orElse(otherwise);
    }

    private static JobError conflict() {
        return new JobError(
                "idempotency_conflict",
                "idempotency_key",
                "the same body",
                "the key was used with another body within the last 7 days");
    }

    private static JobError overBudget() {
        return new JobError("over_budget", null, null, "the tenant's budget is spent");
    }

    private static JobError tooMany() {
        return new JobError(
                "too_many_outstanding", null, null, "the tenant has too many open jobs");
    }

    private static JobError refused() {
        return new JobError("refused", null, null, "admission refused the job");
    }

    private Answers() {}
}
