package dev.millrace.workers.attempt;

import dev.millrace.v1.Cancelled;
import dev.millrace.v1.Failed;
import dev.millrace.v1.JobError;
import dev.millrace.v1.Outcome;
import dev.millrace.v1.Retry;
import dev.millrace.v1.RoutedJob;
import dev.millrace.v1.Succeeded;
import dev.millrace.v1.Timing;
import dev.millrace.v1.Unavailable;
import dev.millrace.workers.engine.EngineResult;
import dev.millrace.workers.engine.Spent;
import dev.millrace.workers.engine.StopSignal.Reason;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * From an engine's result to the outcome that the classifier reads. Pure but for its randomness.
 */
public final class OutcomeWriter {
    public static final String EXPIRED = "expired";
    public static final String CANCELLED = "cancelled";
    public static final String WORKER_DIED = "worker_died";

    private final String worker;
    private final Backoff backoff;
    private final RandomGenerator random;

    public OutcomeWriter(String worker, Backoff backoff, RandomGenerator random) {
        this.worker = worker;
        this.backoff = backoff;
        this.random = random;
    }

    /** When and where an attempt was made. */
    public record Setting(String model, Instant started, Instant ended) {}

    /**
     * @param stop why the attempt was stopped; read only where the result says that it was
     * @return empty where the worker leaves, so that the job runs elsewhere
     */
    public Optional<Outcome> write(
            RoutedJob routed, EngineResult result, Optional<Reason> stop, Setting setting) {
        return body(routed, result, stop, setting)
                .map(body -> outcome(routed, result.spent(), setting, body));
    }

    /** The outcome of a job that a broken promise of ours ended; the next attempt may do better. */
    public Outcome internalError(RoutedJob routed, Throwable failure, Setting setting) {
        JobError error =
                error("worker_error", "the worker failed: " + failure.getClass().getSimpleName());
        return outcome(
                routed, Spent.NOTHING, setting, retry(routed, error, Optional.empty(), setting));
    }

    /** The outcome of a job that was cancelled before it began here: nothing was used. */
    public Outcome cancelled(RoutedJob routed, Setting setting) {
        return outcome(routed, Spent.NOTHING, setting, new Cancelled(CANCELLED));
    }

    /** The outcome of an attempt during which the worker's process ended. */
    public Outcome workerDied(RoutedJob routed, Setting setting) {
        JobError error = error(WORKER_DIED, "workers died while they ran the job");
        return outcome(
                routed, Spent.NOTHING, setting, retry(routed, error, Optional.empty(), setting));
    }

    private Optional<Object> body(
            RoutedJob routed, EngineResult result, Optional<Reason> stop, Setting setting) {
        return switch (result) {
            case EngineResult.Completed done -> Optional.of(answer(routed, done));
            case EngineResult.Failed failed ->
                    Optional.of(
                            new Failed(
                                    new JobError(
                                            failed.code(),
                                            failed.field().orElse(null),
                                            failed.limit().orElse(null),
                                            failed.detail())));
            case EngineResult.Transient passing ->
                    Optional.of(
                            retry(
                                    routed,
                                    error(passing.code(), passing.detail()),
                                    passing.retryAfter(),
                                    setting));
            case EngineResult.Unavailable out ->
                    Optional.of(new Unavailable(error(out.code(), out.detail()), routed));
            case EngineResult.Stopped stopped ->
                    stopped(routed, stop.orElse(Reason.ATTEMPT_TIMEOUT), setting);
        };
    }

    private static Object answer(RoutedJob routed, EngineResult.Completed done) {
        int limit = AnswerLimit.bytes(routed.getJob());
        Succeeded answer =
                new Succeeded(
                        done.text(),
                        done.finishReason(),
                        done.toolCalls().isEmpty() ? null : done.toolCalls(),
                        done.embeddings());
        if (AnswerLimit.isOver(limit, answer)) {
            return new Failed(
                    new JobError(
                            "answer_too_large",
                            null,
                            limit + " bytes",
                            "the model's answer is over the limit"));
        }
        return answer;
    }

    private Optional<Object> stopped(RoutedJob routed, Reason reason, Setting setting) {
        return switch (reason) {
            case ATTEMPT_TIMEOUT ->
                    Optional.of(
                            retry(
                                    routed,
                                    error(
                                            "attempt_timeout",
                                            "the attempt ran as long as the lane allows"),
                                    Optional.empty(),
                                    setting));
            // not for the worker to say that a job has expired: whoever keeps its state finds it
            // past its deadline
            case DEADLINE ->
                    Optional.of(
                            new Retry(
                                    error(
                                            "deadline_exceeded",
                                            "the attempt ran into the job's deadline"),
                                    routed.getDeadlineAt(),
                                    routed));
            case EXPIRED -> Optional.of(new Cancelled(EXPIRED));
            case CANCELLED -> Optional.of(new Cancelled(CANCELLED));
            case LEAVING -> Optional.empty();
        };
    }

    /**
     * Another attempt inside the deadline; where the provider asks for more patience than the job
     * has, another lane may do it.
     */
    private Object retry(
            RoutedJob routed, JobError error, Optional<Duration> retryAfter, Setting setting) {
        int failed = Math.max(1, routed.getAttempt());
        Instant deadline = routed.getDeadlineAt();
        Optional<Instant> notBefore =
                backoff.notBefore(failed, retryAfter, setting.ended(), deadline, random);
        return notBefore.isPresent()
                ? new Retry(error, notBefore.get(), routed)
                : new Unavailable(
                        error(
                                error.getCode(),
                                error.getDetail()
                                        + "; it asks to wait beyond the job's deadline of "
                                        + deadline),
                        routed);
    }

    private Outcome outcome(RoutedJob routed, Spent spent, Setting setting, Object body) {
        long queueMs =
                Math.max(0, Duration.between(routed.getRoutedAt(), setting.started()).toMillis());
        return new Outcome(
                routed.getJobId(),
                routed.getTenant(),
                routed.getLane(),
                setting.model(),
                routed.getAttempt(),
                worker,
                spent.tokens().toUsage(),
                new Timing(setting.started(), queueMs, spent.firstTokenMs(), spent.modelMs()),
                body);
    }

    private static JobError error(String code, String detail) {
        return new JobError(code, null, null, detail);
    }
}
