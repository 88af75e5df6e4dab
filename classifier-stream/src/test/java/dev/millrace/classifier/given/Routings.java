package dev.millrace.classifier.given;

import dev.millrace.v1.Band;
import dev.millrace.v1.Decision;
import dev.millrace.v1.InferenceJob;
import dev.millrace.v1.RoutedJob;
import java.time.Instant;
import java.util.List;

/** Records of a lane, where no flow has made them. */
public final class Routings {
    private static final Instant AT = Instant.parse("2026-03-01T12:00:00Z");

    public static RoutedJob job(String id) {
        return RoutedJob.newBuilder()
                .setJobId(id)
                .setTenant("acme")
                .setLane("fast")
                .setBand(Band.STANDARD)
                .setAttempt(1)
                .setJobsPartition(0)
                .setAcceptedAt(AT)
                .setDeadlineAt(AT.plusSeconds(60))
                .setRoutedAt(AT)
                .setJob(InferenceJob.newBuilder().setMessages(List.of()).build())
                .setMaxTokens(1)
                .setDecision(
                        Decision.newBuilder()
                                .setRequestedModel("fast")
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

    private Routings() {}
}
