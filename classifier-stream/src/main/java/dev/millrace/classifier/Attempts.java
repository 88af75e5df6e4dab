package dev.millrace.classifier;

import dev.millrace.catalog.Catalog;
import dev.millrace.catalog.Lane;
import dev.millrace.catalog.Tenant;
import dev.millrace.classifier.job.Attempt;
import dev.millrace.classifier.job.Job;
import dev.millrace.classifier.job.JobErrors;
import dev.millrace.classifier.job.JobId;
import dev.millrace.job.JobContent;
import dev.millrace.v1.Decision;
import dev.millrace.v1.InferenceJob;
import dev.millrace.v1.JobError;
import dev.millrace.v1.Retry;
import dev.millrace.v1.RoutedJob;
import dev.millrace.v1.Unavailable;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** What follows an attempt that brought no result: another one, here or elsewhere, or the end. */
public final class Attempts {
    /** The first wait after every lane turned a job away; it doubles up to the longest. */
    static final Duration FIRST_PAUSE = Duration.ofSeconds(1);

    static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

    /** What comes next. */
    public sealed interface Next {
        /** Another attempt, at once or held. */
        record Again(Job.Open to, RoutedJob routed) implements Next {}

        /** None, and no end yet: the deadline comes first, and ends the job. */
        record Deadline(Job.Open to) implements Next {}

        /** No more attempts. */
        record Exhausted(JobError error, String reason, int attempts) implements Next {}

        /** Nowhere to go. */
        record Nowhere(JobError error) implements Next {}
    }

    /** After a failure that may pass: the same lane again, as often as the lane allows. */
    public Next after(JobId id, Job.Open open, Retry retry, Instant now) {
        Attempt attempt = open.attempt();
        if (isOutOfTime(open, retry)) {
            Optional<Instant> end = Optional.of(open.head().deadlineAt());
            return new Next.Deadline(open.with(attempt.afterFailure(end)));
        }
        int failures = attempt.failures() + 1;
        if (failures >= attempt.maxAttempts()) {
            String reason = "attempts_exhausted: " + retry.getError().getCode();
            return new Next.Exhausted(exhausted(retry.getError(), failures), reason, failures);
        }
        RoutedJob echo = echo(id, retry.getRouted());
        Optional<Instant> until =
                Optional.of(retry.getNotBefore()).filter(notBefore -> notBefore.isAfter(now));
        Job.Open to = open.with(attempt.afterFailure(until));
        return new Next.Again(to, routed(echo, to, echo.getMaxTokens(), now));
    }

    /** After a lane turned the job away: the next lane; after all did, a pause and all again. */
    public Next after(
            JobId id, Job.Open open, Unavailable unavailable, Catalog catalog, Instant now) {
        RoutedJob echo = echo(id, unavailable.getRouted());
        Attempt attempt = open.attempt();
        Optional<Lane> next = lane(attempt, catalog, true);
        if (next.isPresent()) {
            return moved(id, open, next.get(), echo, unavailable, catalog, Optional.empty(), now);
        }
        Optional<Lane> first = lane(attempt, catalog, false).or(() -> catalog.lane(attempt.lane()));
        if (first.isEmpty()) {
            return new Next.Nowhere(
                    JobErrors.of("no_lane", "model", null, "the job's lanes left the catalog"));
        }
        Optional<Instant> until = Optional.of(now.plus(pause(id, attempt.rounds())));
        return moved(id, open, first.get(), echo, unavailable, catalog, until, now);
    }

    /** The worker ran into the deadline, or would only try again when it has passed. */
    private static boolean isOutOfTime(Job.Open open, Retry retry) {
        return retry.getError().getCode().equals(Ending.DEADLINE_EXCEEDED)
                || !retry.getNotBefore().isBefore(open.head().deadlineAt());
    }

    private static Next moved(
            JobId id,
            Job.Open open,
            Lane lane,
            RoutedJob echo,
            Unavailable unavailable,
            Catalog catalog,
            Optional<Instant> until,
            Instant now) {
        Tenant.Limits limits =
                catalog.tenant(id.tenant()).map(Tenant::limits).orElse(Tenant.Limits.DEFAULT);
        long input = JobContent.inputTokens(echo.getJob());
        int maxTokens = Router.maxTokens(open.askedMaxTokens(), lane, limits, input);
        Attempt attempt =
                open.attempt().movedTo(lane.name(), lane.maxAttempts(), input + maxTokens, until);
        Decision decision =
                Router.moved(
                        open.decision(),
                        open.attempt().lane(),
                        lane.name(),
                        unavailable.getError().getCode());
        Job.Open to = open.with(attempt).with(decision);
        return new Next.Again(to, routed(echo, to, maxTokens, now));
    }

    /** The first lane of the job that still takes jobs, and did not turn this one away yet. */
    private static Optional<Lane> lane(Attempt attempt, Catalog catalog, boolean untried) {
        return attempt.lanes().stream()
                .filter(name -> !untried || !attempt.turnedAway().contains(name))
                .flatMap(name -> catalog.lane(name).stream())
                .filter(lane -> !lane.retired())
                .findFirst();
    }

    /** The job as it goes to its next lane. */
    private static RoutedJob routed(RoutedJob echo, Job.Open to, int maxTokens, Instant now) {
        return RoutedJob.newBuilder(echo)
                .setJob(InferenceJob.newBuilder(echo.getJob()).setMaxTokens(maxTokens).build())
                .setLane(to.attempt().lane())
                .setAttempt(to.attempt().number())
                .setMaxTokens(maxTokens)
                .setPredictedTokens(to.attempt().predictedTokens())
                .setDecision(to.decision())
                .setRoutedAt(now)
                .build();
    }

    /** A worker must have echoed this very job: no other's prompt may travel under this id. */
    private static RoutedJob echo(JobId id, RoutedJob routed) {
        if (!routed.getJobId().equals(id.id()) || !routed.getTenant().equals(id.tenant())) {
            throw new IllegalArgumentException(
                    "the outcome of " + id.key() + " echoes another job");
        }
        return routed;
    }

    private static JobError exhausted(JobError last, int failures) {
        return JobErrors.of(
                "attempts_exhausted",
                null,
                failures + " attempts",
                "the last failed with " + last.getCode() + ": " + last.getDetail());
    }

    /** Doubles with each round; a part that depends on the job keeps jobs from coming in step. */
    private static Duration pause(JobId id, int rounds) {
        long doubled = FIRST_PAUSE.toMillis() << Math.min(rounds, 5);
        long pause = Math.min(doubled, LONGEST_PAUSE.toMillis());
        long spread = Math.floorMod(id.id().hashCode(), (int) pause / 4 + 1);
        return Duration.ofMillis(pause + spread);
    }
}
