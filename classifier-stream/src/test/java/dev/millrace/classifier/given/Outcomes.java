package dev.millrace.classifier.given;

import dev.millrace.job.Answers;
import dev.millrace.job.Usages;
import dev.millrace.v1.Cancelled;
import dev.millrace.v1.Failed;
import dev.millrace.v1.JobError;
import dev.millrace.v1.Outcome;
import dev.millrace.v1.Retry;
import dev.millrace.v1.RoutedJob;
import dev.millrace.v1.Timing;
import dev.millrace.v1.Unavailable;
import dev.millrace.v1.Usage;
import java.time.Instant;

/** Records of {@code millrace.outcomes}, as a worker writes them. */
public final class Outcomes {
    public static final Usage USAGE = Usages.of(12L, 2L, 30L, 5L, false);

    public static Outcome succeeded(RoutedJob routed) {
        return outcome(routed, Answers.of("By the river.", "stop"));
    }

    public static Outcome failed(RoutedJob routed) {
        return outcome(routed, new Failed(new JobError("context_overflow", null, null, "")));
    }

    public static Outcome retry(RoutedJob routed, Instant notBefore) {
        return retry(routed, "engine_crashed", notBefore);
    }

    public static Outcome retry(RoutedJob routed, String code, Instant notBefore) {
        return outcome(routed, new Retry(new JobError(code, null, null, ""), notBefore, routed));
    }

    public static Outcome unavailable(RoutedJob routed) {
        return outcome(
                routed, new Unavailable(new JobError("breaker_open", null, null, ""), routed));
    }

    public static Outcome cancelled(RoutedJob routed) {
        return outcome(routed, new Cancelled("control"));
    }

    public static Outcome outcome(RoutedJob routed, Object body) {
        return Outcome.newBuilder()
                .setJobId(routed.getJobId())
                .setTenant(routed.getTenant())
                .setLane(routed.getLane())
                .setModel(routed.getLane() + "-model")
                .setAttempt(routed.getAttempt())
                .setWorker("worker-1")
                .setUsage(USAGE)
                .setTiming(new Timing(routed.getRoutedAt(), 7L, 11L, 130L))
                .setBody(body)
                .build();
    }

    private Outcomes() {}
}
