package dev.millrace.classifier;

import dev.millrace.catalog.Catalog;
import dev.millrace.catalog.Tenant;
import dev.millrace.classifier.Admission.Verdict.Admitted;
import dev.millrace.classifier.Admission.Verdict.Settled;
import dev.millrace.classifier.Router.Verdict.NoLane;
import dev.millrace.classifier.Router.Verdict.Routed;
import dev.millrace.classifier.fair.FairShare;
import dev.millrace.classifier.fair.LaneSituation;
import dev.millrace.classifier.fair.Lanes;
import dev.millrace.classifier.job.Arrival;
import dev.millrace.classifier.job.Attempt;
import dev.millrace.classifier.job.Emission;
import dev.millrace.classifier.job.Job;
import dev.millrace.classifier.job.JobId;
import dev.millrace.classifier.job.JobView;
import dev.millrace.classifier.job.LaneWork;
import dev.millrace.classifier.job.Step;
import dev.millrace.classifier.rules.Complexity;
import dev.millrace.classifier.rules.VerticalRules;
import dev.millrace.v1.Cancellation;
import dev.millrace.v1.Decision;
import dev.millrace.v1.InferenceJob;
import dev.millrace.v1.JobError;
import dev.millrace.v1.Outcome;
import dev.millrace.v1.Receipt;
import dev.millrace.v1.ReceiptStatus;
import dev.millrace.v1.Refusal;
import dev.millrace.v1.RoutedJob;
import dev.millrace.v1.Submission;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The life of a job in five words: admit, screen, classify, route, complete. Each method takes what
 * is known and what happened, and returns what becomes of it; nothing here reads a clock, a topic
 * or a store by itself.
 */
public final class JobFlow {
    private final Admission admit;
    private final Screen screen;
    private final Classification classify;
    private final Router route;
    private final FairShare share;
    private final Completion complete;
    private final Ending ending;
    private final Supplier<Catalog> catalog;
    private final Lanes lanes;

    public JobFlow(
            Admission admit,
            Screen screen,
            Classification classify,
            Router route,
            FairShare share,
            Completion complete,
            Ending ending,
            Supplier<Catalog> catalog,
            Lanes lanes) {
        this.admit = admit;
        this.screen = screen;
        this.classify = classify;
        this.route = route;
        this.share = share;
        this.complete = complete;
        this.ending = ending;
        this.catalog = catalog;
        this.lanes = lanes;
    }

    /** The flow with the bundled rules, over catalog and lanes as they are at each step. */
    public static JobFlow with(Supplier<Catalog> catalog, Lanes lanes) {
        return with(catalog, lanes, new FairShare());
    }

    /** The same with another measure of what is fair. */
    public static JobFlow with(Supplier<Catalog> catalog, Lanes lanes, FairShare share) {
        Ending ending = new Ending(new WebhookPayload());
        return new JobFlow(
                new Admission(ending),
                new Screen(),
                new Classification(VerticalRules.bundled(), Complexity.bundled()),
                new Router(),
                share,
                new Completion(ending, new Attempts()),
                ending,
                catalog,
                lanes);
    }

    /** A record of {@code millrace.jobs}. */
    public Step command(Arrival arrival, JobView known) {
        Catalog current = catalog.get();
        Optional<Tenant> tenant = current.tenant(arrival.id().tenant());
        return switch (arrival.command().getBody()) {
            case Submission submission ->
                    switch (admit.admit(arrival, submission, tenant, known)) {
                        case Settled settled -> settled.step();
                        case Admitted job -> start(arrival, job, tenant, current, known);
                    };
            case Refusal refusal -> admit.refuse(arrival, refusal, tenant, known);
            case Cancellation cancellation ->
                    complete.cancel(
                            arrival.id(), cancellation, known.find(arrival.id()), arrival.now());
            default ->
                    throw new IllegalArgumentException(
                            "a command of " + arrival.command().getBody().getClass().getName());
        };
    }

    /** A record of {@code millrace.outcomes}. */
    public Step outcome(Outcome outcome, JobView known, Instant now) {
        JobId id = new JobId(outcome.getTenant(), outcome.getJobId());
        return complete.outcome(id, outcome, known.find(id), catalog.get(), now);
    }

    /** A moment that a job waited for; {@code held} is the attempt that waits with it. */
    public Step due(JobId id, Job job, Optional<RoutedJob> held, Instant now) {
        return complete.due(id, job, held, now);
    }

    /** A job that this service failed to decide about still ends, and says so. */
    public Step undecided(Arrival arrival, Submission submission, JobView known) {
        return admit.abandon(
                arrival, submission, catalog.get().tenant(arrival.id().tenant()), known);
    }

    private Step start(
            Arrival arrival,
            Admitted job,
            Optional<Tenant> tenant,
            Catalog current,
            JobView known) {
        Optional<JobError> wrong = screen.check(job.submission().getJob(), job.head(), tenant);
        if (wrong.isPresent() || tenant.isEmpty()) {
            return rejected(arrival, job, wrong.orElseThrow(), null);
        }
        if (!arrival.now().isBefore(job.head().deadlineAt())) {
            return ending.expire(
                            job.id(), job.head(), job.submission().getFingerprint(), arrival.now())
                    .preceded(accepted(arrival, job, null));
        }
        Classified classified = classify.of(job.submission().getJob());
        return switch (route.route(job.submission().getJob(), tenant.get(), classified, current)) {
            case NoLane none -> rejected(arrival, job, none.error(), none.decision());
            case Routed routed -> open(arrival, job, fairly(arrival, routed, known));
        };
    }

    /** What is over its tenant's fair share of the lane stands behind everybody else's jobs. */
    private Routed fairly(Arrival arrival, Routed routed, JobView known) {
        String tenant = arrival.id().tenant();
        LaneWork open = known.load(tenant).in(routed.lane().name());
        LaneSituation lane = lanes.situation(routed.lane(), tenant, arrival.now());
        return share.isOver(open, routed.predictedTokens(), lane) ? routed.toOverflow() : routed;
    }

    private Step open(Arrival arrival, Admitted job, Routed routed) {
        Attempt attempt =
                Attempt.first(
                        routed.lane().name(),
                        routed.band(),
                        routed.lane().maxAttempts(),
                        routed.predictedTokens(),
                        routed.lanes());
        Job.Open open =
                new Job.Open(
                        job.submission().getFingerprint(),
                        job.head(),
                        job.submission().getJob().getMaxTokens(),
                        routed.decision(),
                        attempt,
                        Optional.empty());
        return Step.of(
                new Step.Change(job.id(), null, open, Optional.empty()),
                new Emission.ToLane(toLane(arrival, job, routed)),
                accepted(arrival, job, routed.decision()));
    }

    /** Accepted and then rejected: whoever was told "queued" finds the reason under the same id. */
    private Step rejected(
            Arrival arrival, Admitted job, JobError error, @Nullable Decision decision) {
        return ending.reject(
                        job.id(),
                        job.head(),
                        job.submission().getFingerprint(),
                        error,
                        Optional.ofNullable(decision),
                        arrival.now())
                .preceded(accepted(arrival, job, decision));
    }

    private static Emission accepted(Arrival arrival, Admitted job, @Nullable Decision decision) {
        return Admission.receipt(
                arrival,
                ReceiptStatus.ACCEPTED,
                Receipt.newBuilder()
                        .setAcceptedAt(job.head().acceptedAt())
                        .setDeadlineAt(job.head().deadlineAt())
                        .setDecision(decision));
    }

    private static RoutedJob toLane(Arrival arrival, Admitted job, Routed routed) {
        InferenceJob asked = job.submission().getJob();
        return RoutedJob.newBuilder()
                .setJobId(job.id().id())
                .setTenant(job.id().tenant())
                .setLane(routed.lane().name())
                .setBand(routed.band())
                .setAttempt(1)
                .setJobsPartition(arrival.partition())
                .setAcceptedAt(job.head().acceptedAt())
                .setDeadlineAt(job.head().deadlineAt())
                .setRoutedAt(arrival.now())
                .setJob(InferenceJob.newBuilder(asked).setMaxTokens(routed.maxTokens()).build())
                .setMaxTokens(routed.maxTokens())
                .setDecision(routed.decision())
                .setPredictedTokens(routed.predictedTokens())
                .build();
    }
}
