package dev.millrace.workers.testing;

import dev.millrace.catalog.EngineSpec;
import dev.millrace.catalog.Lane;
import dev.millrace.job.Messages;
import dev.millrace.v1.Band;
import dev.millrace.v1.Decision;
import dev.millrace.v1.InferenceJob;
import dev.millrace.v1.RoutedJob;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** Jobs and lanes for tests. */
public final class Jobs {
    public static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");

    /** A first attempt at a job, accepted now, with an hour to go. */
    public static RoutedJob routed(String jobId, String prompt) {
        return routed(jobId, prompt, NOW, Duration.ofHours(1));
    }

    public static RoutedJob routed(String jobId, String prompt, Instant now, Duration deadline) {
        return routed("lane", jobId, job(prompt).build(), now, deadline);
    }

    public static RoutedJob routed(
            String lane, String jobId, InferenceJob job, Instant now, Duration deadline) {
        return RoutedJob.newBuilder()
                .setJobId(jobId)
                .setTenant("acme")
                .setLane(lane)
                .setBand(Band.STANDARD)
                .setAttempt(1)
                .setJobsPartition(0)
                .setAcceptedAt(now)
                .setDeadlineAt(now.plus(deadline))
                .setRoutedAt(now)
                .setJob(job)
                .setMaxTokens(100)
                .setDecision(
                        Decision.newBuilder()
                                .setRequestedModel("auto")
                                .setVertical("general")
                                .setVerticalConfidence(0.5)
                                .setComplexity("simple")
                                .setComplexityScore(0.1)
                                .setCandidates(List.of())
                                .setReasons(List.of())
                                .setCatalogVersion(1)
                                .build())
                .build();
    }

    /** A job to be built further: Avro's own copies of a record want its class to be trusted. */
    public static InferenceJob.Builder job(String prompt) {
        return InferenceJob.newBuilder().setMessages(List.of(Messages.of("user", prompt)));
    }

    public static Lane lane(EngineSpec engine, int slots, Duration attemptTimeout) {
        return new Lane(
                "lane",
                "test-model",
                List.of(),
                engine,
                2,
                slots,
                1,
                1_000,
                attemptTimeout,
                3,
                false);
    }

    private Jobs() {}
}
