package dev.millrace.classifier;

import dev.millrace.catalog.Catalog;
import dev.millrace.classifier.job.Cancelling;
import dev.millrace.classifier.job.Emission;
import dev.millrace.classifier.job.Job;
import dev.millrace.classifier.job.JobErrors;
import dev.millrace.classifier.job.JobId;
import dev.millrace.classifier.job.Step;
import dev.millrace.classifier.job.Terminal;
import dev.millrace.classifier.job.Waste;
import dev.millrace.v1.Cancellation;
import dev.millrace.v1.Cancelled;
import dev.millrace.v1.Failed;
import dev.millrace.v1.JobError;
import dev.millrace.v1.Outcome;
import dev.millrace.v1.ResultStatus;
import dev.millrace.v1.Retry;
import dev.millrace.v1.RoutedJob;
import dev.millrace.v1.Succeeded;
import dev.millrace.v1.Unavailable;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Complete: the first outcome, the deadline or a cancellation makes the one result; whatever comes
 * after it is waste. A cancelled job's attempt has a moment to say what it used. Attempts are
 * counted here.
 */
public final class Completion {
    /** How long an attempt that was told to stop has to say what it used. */
    static final Duration GRACE = Duration.ofMillis(1_500);

    private final Ending ending;
    private final Attempts attempts;

    public Completion(Ending ending, Attempts attempts) {
        this.ending = ending;
        this.attempts = attempts;
    }

    /** What an attempt came to. */
    public Step outcome(
            JobId id, Outcome outcome, Optional<Job> job, Catalog catalog, Instant now) {
        if (job.isEmpty()) {
            return wasted(outcome, "unknown");
        }
        return switch (job.get()) {
            case Job.Closed closed -> wasted(outcome, "closed");
            case Job.Open open when open.attempt().number() != outcome.getAttempt() ->
                    wasted(outcome, "stale");
            case Job.Open open when open.cancelling().isPresent() ->
                    stopped(id, open, open.cancelling().get(), outcome, now);
            case Job.Open open -> apply(id, open, outcome, catalog, now);
        };
    }

    /**
     * The job is no longer wanted. Where an attempt may be running it is told to stop, and its word
     * ends the job; whatever it says, the cancellation came first.
     */
    public Step cancel(JobId id, Cancellation cancellation, Optional<Job> job, Instant now) {
        if (job.isEmpty()
                || !(job.get() instanceof Job.Open open)
                || open.cancelling().isPresent()) {
            return Step.NOTHING;
        }
        Cancelling cancelling = new Cancelling(cancellation.getReason(), now.plus(GRACE));
        if (open.attempt().heldUntil().isPresent()) {
            return ending.close(id, open, cancelled(cancelling), now);
        }
        return Step.of(
                new Step.Change(id, open, open.with(cancelling), Optional.empty()),
                Ending.stop(id, ResultStatus.CANCELLED, now));
    }

    /**
     * A moment that the job waited for: its retry, the last word of a stopped attempt, its
     * deadline, or the end of its memory.
     */
    public Step due(JobId id, Job job, Optional<RoutedJob> held, Instant now) {
        return switch (job) {
            case Job.Closed closed ->
                    now.isBefore(closed.dueAt())
                            ? Step.NOTHING
                            : Step.of(new Step.Change(id, closed, null, Optional.empty()));
            case Job.Open open when open.cancelling().isPresent() ->
                    now.isBefore(open.dueAt())
                            ? Step.NOTHING
                            : ending.close(id, open, cancelled(open.cancelling().get()), now);
            case Job.Open open when open.isPastDeadline(now) -> expire(id, open, now);
            case Job.Open open when isHeldUntilNow(open, now) -> release(id, open, held, now);
            case Job.Open open -> Step.NOTHING;
        };
    }

    /** The last word of an attempt of a cancelled job: what it used is in the result. */
    private Step stopped(
            JobId id, Job.Open open, Cancelling cancelling, Outcome outcome, Instant now) {
        JobError error = JobErrors.of("cancelled", cancelling.reason());
        return ending.close(id, open, Terminal.cancelled(error, outcome), now);
    }

    private static Terminal cancelled(Cancelling cancelling) {
        return Terminal.without(
                ResultStatus.CANCELLED, JobErrors.of("cancelled", cancelling.reason()));
    }

    private Step apply(JobId id, Job.Open open, Outcome outcome, Catalog catalog, Instant now) {
        return switch (outcome.getBody()) {
            case Succeeded succeeded ->
                    ending.close(id, open, Terminal.succeeded(succeeded, outcome), now);
            case Failed failed ->
                    ending.close(id, open, Terminal.failed(failed.getError(), outcome), now);
            case Cancelled cancelled -> {
                JobError error = JobErrors.of("cancelled", cancelled.getReason());
                yield ending.close(id, open, Terminal.cancelled(error, outcome), now);
            }
            case Retry retry -> {
                Attempts.Next next = attempts.after(id, open, retry, now);
                yield follow(id, open, outcome, next, retry.getRouted(), now);
            }
            case Unavailable unavailable -> {
                Attempts.Next next = attempts.after(id, open, unavailable, catalog, now);
                yield follow(id, open, outcome, next, unavailable.getRouted(), now);
            }
            default ->
                    throw new IllegalArgumentException(
                            "an outcome of " + outcome.getBody().getClass().getName());
        };
    }

    private Step follow(
            JobId id,
            Job.Open open,
            Outcome outcome,
            Attempts.Next next,
            RoutedJob last,
            Instant now) {
        return switch (next) {
            case Attempts.Next.Again again when open.isPastDeadline(now) -> expire(id, open, now);
            case Attempts.Next.Again again -> again(id, open, again);
            case Attempts.Next.Deadline deadline when open.isPastDeadline(now) ->
                    expire(id, open, now);
            case Attempts.Next.Deadline deadline ->
                    Step.of(new Step.Change(id, open, deadline.to(), Optional.empty()));
            case Attempts.Next.Exhausted exhausted ->
                    ending.close(id, open, Terminal.failed(exhausted.error(), outcome), now)
                            .preceded(
                                    new Emission.ToDeadLetters(
                                            last, exhausted.reason(), exhausted.attempts()));
            case Attempts.Next.Nowhere nowhere ->
                    ending.close(id, open, Terminal.failed(nowhere.error(), outcome), now);
        };
    }

    private static Step again(JobId id, Job.Open open, Attempts.Next.Again again) {
        boolean waits = again.to().attempt().heldUntil().isPresent();
        return waits
                ? Step.of(new Step.Change(id, open, again.to(), Optional.of(again.routed())))
                : Step.of(
                        new Step.Change(id, open, again.to(), Optional.empty()),
                        new Emission.ToLane(again.routed()));
    }

    private Step release(JobId id, Job.Open open, Optional<RoutedJob> held, Instant now) {
        if (held.isEmpty()) {
            JobError error = JobErrors.of("internal_error", "the job's retry was not kept");
            return ending.close(id, open, Terminal.without(ResultStatus.FAILED, error), now);
        }
        return Step.of(
                new Step.Change(id, open, open.with(open.attempt().released()), Optional.empty()),
                new Emission.ToLane(RoutedJob.newBuilder(held.get()).setRoutedAt(now).build()));
    }

    private Step expire(JobId id, Job.Open open, Instant now) {
        Terminal expired =
                Terminal.without(ResultStatus.EXPIRED, Ending.deadlinePassed(open.head()));
        return ending.close(id, open, expired, now);
    }

    private static boolean isHeldUntilNow(Job.Open open, Instant now) {
        return open.attempt().heldUntil().filter(until -> !now.isBefore(until)).isPresent();
    }

    private static Step wasted(Outcome outcome, String why) {
        String reason = outcome.getBody() instanceof Cancelled ? "cancelled" : why;
        return Step.wasted(new Waste(outcome.getLane(), reason, outcome.getUsage()));
    }
}
