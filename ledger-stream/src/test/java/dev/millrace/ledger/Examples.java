package dev.millrace.ledger;

import dev.millrace.catalog.Catalog;
import dev.millrace.catalog.EngineSpec;
import dev.millrace.catalog.Lane;
import dev.millrace.catalog.Price;
import dev.millrace.job.Usages;
import dev.millrace.v1.Decision;
import dev.millrace.v1.InferenceResult;
import dev.millrace.v1.IngressReply;
import dev.millrace.v1.JobError;
import dev.millrace.v1.LaneConsidered;
import dev.millrace.v1.Receipt;
import dev.millrace.v1.ReceiptStatus;
import dev.millrace.v1.ResultStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** Results, receipts and a catalog as the pipeline makes them. */
public final class Examples {
    public static final Instant ACCEPTED = Instant.parse("2026-03-01T11:59:58Z");
    public static final Instant COMPLETED = Instant.parse("2026-03-01T12:00:00Z");
    public static final Instant FIRST_PRICE = Instant.parse("2026-01-01T00:00:00Z");
    public static final Instant PRICE_CHANGE = Instant.parse("2026-03-01T12:00:00Z");

    /** Lane cloud: 1 and 2 dollars for a million tokens until the change, double from then on. */
    public static Catalog catalog(long version) {
        return new Catalog(
                version,
                List.of(),
                List.of(lane("cloud")),
                List.of(),
                List.of(
                        new Price(
                                "cloud",
                                FIRST_PRICE,
                                "USD",
                                1_000_000,
                                500_000,
                                2_000_000,
                                3_000_000,
                                10),
                        new Price(
                                "cloud",
                                PRICE_CHANGE,
                                "USD",
                                2_000_000,
                                1_000_000,
                                4_000_000,
                                6_000_000,
                                20)));
    }

    public static Lane lane(String name) {
        return new Lane(
                name,
                name + "-model",
                List.of(),
                new EngineSpec.Echo(Duration.ZERO),
                12,
                4,
                1,
                4096,
                Duration.ofMinutes(1),
                3,
                false);
    }

    public static InferenceResult.Builder result(String jobId, ResultStatus status) {
        return InferenceResult.newBuilder()
                .setJobId(jobId)
                .setTenant("acme")
                .setStatus(status)
                .setUsage(Usages.of(100L, 20L, 50L, 10L, false))
                .setLane("cloud")
                .setModel("cloud-model")
                .setAttempts(1)
                .setDecision(decision(1))
                .setAcceptedAt(ACCEPTED)
                .setCompletedAt(COMPLETED)
                .setQueueMs(300)
                .setFirstTokenMs(200)
                .setModelMs(1_500)
                .setReplies(List.of())
                .setTags(List.of("nightly"))
                .setMetadata(Map.of("ticket", "T-1"));
    }

    public static InferenceResult succeeded(String jobId) {
        return result(jobId, ResultStatus.SUCCEEDED)
                .setOutput("forty-two")
                .setFinishReason("stop")
                .build();
    }

    public static InferenceResult rejected(String jobId) {
        return result(jobId, ResultStatus.REJECTED)
                .setUsage(Usages.of(0L, 0L, 0L, 0L, false))
                .setLane(null)
                .setModel(null)
                .setDecision(null)
                .setAttempts(0)
                .setError(
                        new JobError(
                                "empty_prompt", "messages", "1 or more", "there is no message"))
                .build();
    }

    public static Decision decision(long catalogVersion) {
        return Decision.newBuilder()
                .setRequestedModel("auto")
                .setVertical("math")
                .setVerticalConfidence(0.9)
                .setComplexity("simple")
                .setComplexityScore(0.1)
                .setComplexityConfidence(0.8)
                .setRoute("default")
                .setLane("cloud")
                .setCandidates(
                        List.of(new LaneConsidered("cloud", "chosen", "first that can take it")))
                .setReasons(List.of("route=default"))
                .setCatalogVersion(catalogVersion)
                .build();
    }

    public static IngressReply receipt(String jobId, ReceiptStatus status) {
        return IngressReply.newBuilder()
                .setJobId(jobId)
                .setTenant("acme")
                .setBody(
                        Receipt.newBuilder()
                                .setStatus(status)
                                .setDecision(decision(1))
                                .setAcceptedAt(ACCEPTED)
                                .setDeadlineAt(ACCEPTED.plusSeconds(3600))
                                .build())
                .build();
    }

    private Examples() {}
}
