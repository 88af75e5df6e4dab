package dev.millrace.classifier;

import dev.millrace.catalog.Tenant;
import dev.millrace.classifier.job.Arrival;
import dev.millrace.classifier.job.Emission;
import dev.millrace.classifier.job.Head;
import dev.millrace.classifier.job.Job;
import dev.millrace.classifier.job.JobErrors;
import dev.millrace.classifier.job.JobId;
import dev.millrace.classifier.job.JobView;
import dev.millrace.classifier.job.Step;
import dev.millrace.v1.Callback;
import dev.millrace.v1.InferenceJob;
import dev.millrace.v1.IngressReply;
import dev.millrace.v1.JobCommand;
import dev.millrace.v1.JobError;
import dev.millrace.v1.Receipt;
import dev.millrace.v1.ReceiptStatus;
import dev.millrace.v1.Refusal;
import dev.millrace.v1.Submission;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Admit: is this a job that was not here before, and may its tenant have one more? The only writer
 * of a tenant's jobs, so idempotency keys and limits hold however many submissions race.
 */
public final class Admission {
    public static final Duration DEFAULT_DEADLINE = Duration.ofHours(1);
    private static final JobError KEY_USED =
            JobErrors.of(
                    "idempotency_conflict",
                    "idempotency_key",
                    null,
                    "the key was used for another request within the last 7 days");

    private final Ending ending;

    public Admission(Ending ending) {
        this.ending = ending;
    }

    /** What admission comes to. */
    public sealed interface Verdict {
        /** A job to screen, classify and route. */
        record Admitted(JobId id, Head head, Submission submission) implements Verdict {}

        /** Answered here: known already, or turned away. */
        record Settled(Step step) implements Verdict {}
    }

    /** Decides about a submission. {@code tenant} is empty where the catalog does not know it. */
    public Verdict admit(
            Arrival arrival, Submission submission, Optional<Tenant> tenant, JobView known) {
        Head head = head(arrival, submission.getJob(), tenant);
        Optional<Job> job = known.find(arrival.id());
        if (job.isPresent()) {
            return new Verdict.Settled(again(arrival, submission, head, job.get(), known));
        }
        if (!arrival.answerId().equals(arrival.id())
                && known.find(arrival.answerId()).isPresent()) {
            return new Verdict.Settled(Step.NOTHING);
        }
        int limit = limits(tenant).maxOutstanding();
        if (known.load(arrival.id().tenant()).jobs() >= limit) {
            return new Verdict.Settled(tooMany(arrival, head, limit, known));
        }
        return new Verdict.Admitted(arrival.id(), head, submission);
    }

    /** An intake record that the ingress refused ends as one rejected result. */
    public Step refuse(Arrival arrival, Refusal refusal, Optional<Tenant> tenant, JobView known) {
        return rejectOnce(arrival, head(arrival, refusal, tenant), refusal.getError(), known);
    }

    /**
     * A submission that could not be decided about: it ends as rejected, for no fault of its own.
     */
    public Step abandon(
            Arrival arrival, Submission submission, Optional<Tenant> tenant, JobView known) {
        JobError error = JobErrors.of("internal_error", "the pipeline could not process the job");
        return known.find(arrival.id()).isPresent()
                ? Step.NOTHING
                : ending.reject(
                        arrival.id(),
                        head(arrival, submission.getJob(), tenant),
                        submission.getFingerprint(),
                        error,
                        Optional.empty(),
                        arrival.now());
    }

    /** Admission's word to the instance that took the submission in. */
    public static Emission receipt(Arrival arrival, ReceiptStatus status, Receipt.Builder receipt) {
        JobCommand command = arrival.command();
        return new Emission.ToIngress(
                new IngressReply(
                        command.getJobId(),
                        command.getTenant(),
                        receipt.setStatus(status).setSource(command.getSource()).build()));
    }

    private Step again(Arrival arrival, Submission submission, Head head, Job job, JobView known) {
        if (!job.fingerprint().equals(submission.getFingerprint())) {
            return turnAway(arrival, ReceiptStatus.CONFLICT, head, KEY_USED, known);
        }
        Receipt.Builder receipt = Receipt.newBuilder().setAcceptedAt(job.acceptedAt());
        return switch (job) {
            case Job.Closed closed ->
                    Step.only(receipt(arrival, ReceiptStatus.DUPLICATE, receipt.setClosed(true)));
            case Job.Open open -> sameJob(arrival, open, head, receipt);
        };
    }

    /** The result of an open job goes to wherever any of its submissions asked. */
    private static Step sameJob(
            Arrival arrival, Job.Open open, Head head, Receipt.Builder receipt) {
        Head merged = open.head().withDestinationsOf(head);
        Emission word =
                receipt(
                        arrival,
                        ReceiptStatus.DUPLICATE,
                        receipt.setDeadlineAt(merged.deadlineAt()));
        return merged.equals(open.head())
                ? Step.only(word)
                : Step.of(
                        new Step.Change(arrival.id(), open, open.with(merged), Optional.empty()),
                        word);
    }

    private Step tooMany(Arrival arrival, Head head, int limit, JobView known) {
        JobError error =
                JobErrors.of(
                        "too_many_outstanding",
                        "tenant",
                        limit + " open jobs",
                        "the tenant has as many open jobs as it may have");
        return turnAway(arrival, ReceiptStatus.TOO_MANY, head, error, known);
    }

    /** A caller that waits gets a receipt and no job exists; a record's producer gets a result. */
    private Step turnAway(
            Arrival arrival, ReceiptStatus status, Head head, JobError error, JobView known) {
        return arrival.awaitsReceipt()
                ? Step.only(
                        receipt(
                                arrival,
                                status,
                                Receipt.newBuilder()
                                        .setAcceptedAt(head.acceptedAt())
                                        .setError(error)))
                : rejectOnce(arrival, head, error, known);
    }

    private Step rejectOnce(Arrival arrival, Head head, JobError error, JobView known) {
        return known.find(arrival.answerId()).isPresent()
                ? Step.NOTHING
                : ending.reject(
                        arrival.answerId(), head, "", error, Optional.empty(), arrival.now());
    }

    private static Head head(Arrival arrival, InferenceJob job, Optional<Tenant> tenant) {
        Duration longest = limits(tenant).maxDeadline();
        Duration asked = job.getDeadlineMs().map(Duration::ofMillis).orElse(DEFAULT_DEADLINE);
        Duration deadline = asked.compareTo(longest) < 0 ? asked : longest;
        return new Head(
                arrival.command().getSource(),
                arrival.receivedAt(),
                arrival.receivedAt().plus(deadline.isNegative() ? Duration.ZERO : deadline),
                arrival.traceparent(),
                own(job.getReply(), tenant),
                job.getCallback().map(Callback::getUrl).map(List::of).orElse(List.of()),
                job.getTags(),
                job.getConversation(),
                job.getMetadata());
    }

    private static Head head(Arrival arrival, Refusal refusal, Optional<Tenant> tenant) {
        return new Head(
                arrival.command().getSource(),
                arrival.receivedAt(),
                arrival.receivedAt(),
                arrival.traceparent(),
                own(refusal.getReply(), tenant),
                List.of(),
                List.of(),
                Optional.empty(),
                refusal.getMetadata());
    }

    /** A reply topic that is not the tenant's own is never written to, whoever let it pass. */
    private static List<String> own(Optional<String> reply, Optional<Tenant> tenant) {
        return reply.filter(name -> tenant.filter(t -> t.replies().contains(name)).isPresent())
                .map(List::of)
                .orElse(List.of());
    }

    private static Tenant.Limits limits(Optional<Tenant> tenant) {
        return tenant.map(Tenant::limits).orElse(Tenant.Limits.DEFAULT);
    }
}
