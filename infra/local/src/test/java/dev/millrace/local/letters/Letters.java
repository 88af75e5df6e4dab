package dev.millrace.local.letters;

import dev.millrace.v1.Band;
import dev.millrace.v1.Decision;
import dev.millrace.v1.InferenceJob;
import dev.millrace.v1.RoutedJob;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/** Examples. */
public final class Letters {
    private Letters() {}

    /** A job as it stood on its lane's topic when its attempts were used up. */
    public static RoutedJob routed(String tenant, InferenceJob job) {
        Instant now = Instant.now();
        return RoutedJob.newBuilder()
                .setJobId(UUID.randomUUID().toString())
                .setTenant(tenant)
                .setLane("echo")
                .setBand(Band.STANDARD)
                .setAttempt(3)
                .setJobsPartition(0)
                .setAcceptedAt(now)
                .setDeadlineAt(now.plus(Duration.ofHours(1)))
                .setRoutedAt(now)
                .setJob(job)
                .setMaxTokens(16)
                .setDecision(
                        Decision.newBuilder()
                                .setRequestedModel("echo")
                                .setVertical("general")
                                .setVerticalConfidence(1)
                                .setComplexity("simple")
                                .setComplexityScore(0)
                                .setCandidates(List.of())
                                .setReasons(List.of())
                                .setCatalogVersion(1)
                                .build())
                .build();
    }
}
