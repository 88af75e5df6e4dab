package dev.millrace.classifier.store;

import dev.millrace.classifier.job.Attempt;
import dev.millrace.classifier.job.Cancelling;
import dev.millrace.classifier.job.Head;
import dev.millrace.classifier.job.Job;
import dev.millrace.classifier.state.StoredAttempt;
import dev.millrace.classifier.state.StoredCancelling;
import dev.millrace.classifier.state.StoredCandidate;
import dev.millrace.classifier.state.StoredClosed;
import dev.millrace.classifier.state.StoredDecision;
import dev.millrace.classifier.state.StoredJob;
import dev.millrace.classifier.state.StoredOpen;
import dev.millrace.classifier.state.StoredSource;
import dev.millrace.v1.Band;
import dev.millrace.v1.Decision;
import dev.millrace.v1.LaneConsidered;
import dev.millrace.v1.ResultStatus;
import dev.millrace.v1.Source;
import dev.millrace.v1.SourceKind;

/** A job as the record that is stored, and back. */
final class JobFormat {
    static StoredJob stored(Job job) {
        return new StoredJob(
                switch (job) {
                    case Job.Open open -> stored(open);
                    case Job.Closed closed ->
                            new StoredClosed(
                                    closed.fingerprint(),
                                    closed.status().name(),
                                    closed.acceptedAt(),
                                    closed.closedAt(),
                                    closed.attempts());
                });
    }

    static Job job(StoredJob stored) {
        return switch (stored.getJob()) {
            case StoredOpen open -> open(open);
            case StoredClosed closed ->
                    new Job.Closed(
                            closed.getFingerprint(),
                            ResultStatus.valueOf(closed.getStatus()),
                            closed.getAcceptedAt(),
                            closed.getClosedAt(),
                            closed.getAttempts());
            default -> throw new IllegalArgumentException("a stored " + stored.getJob().getClass());
        };
    }

    private static StoredOpen stored(Job.Open open) {
        Head head = open.head();
        return StoredOpen.newBuilder()
                .setFingerprint(open.fingerprint())
                .setAcceptedAt(head.acceptedAt())
                .setDeadlineAt(head.deadlineAt())
                .setSource(stored(head.source()))
                .setTraceparent(head.traceparent().orElse(null))
                .setReplies(head.replies())
                .setCallbacks(head.callbacks())
                .setTags(head.tags())
                .setConversation(head.conversation().orElse(null))
                .setMetadata(head.metadata())
                .setAskedMaxTokens(open.askedMaxTokens().orElse(null))
                .setDecision(stored(open.decision()))
                .setAttempt(stored(open.attempt()))
                .setCancelling(
                        open.cancelling()
                                .map(each -> new StoredCancelling(each.reason(), each.until()))
                                .orElse(null))
                .build();
    }

    private static Job.Open open(StoredOpen stored) {
        Head head =
                new Head(
                        source(stored.getSource()),
                        stored.getAcceptedAt(),
                        stored.getDeadlineAt(),
                        stored.getTraceparent(),
                        stored.getReplies(),
                        stored.getCallbacks(),
                        stored.getTags(),
                        stored.getConversation(),
                        stored.getMetadata());
        return new Job.Open(
                stored.getFingerprint(),
                head,
                stored.getAskedMaxTokens(),
                decision(stored.getDecision()),
                attempt(stored.getAttempt()),
                stored.getCancelling()
                        .map(each -> new Cancelling(each.getReason(), each.getUntil())));
    }

    private static StoredAttempt stored(Attempt attempt) {
        return new StoredAttempt(
                attempt.number(),
                attempt.lane(),
                attempt.band().name(),
                attempt.failures(),
                attempt.maxAttempts(),
                attempt.predictedTokens(),
                attempt.lanes(),
                attempt.unavailable(),
                attempt.rounds(),
                attempt.heldUntil().orElse(null));
    }

    private static Attempt attempt(StoredAttempt stored) {
        return new Attempt(
                stored.getNumber(),
                stored.getLane(),
                Band.valueOf(stored.getBand()),
                stored.getFailures(),
                stored.getMaxAttempts(),
                stored.getPredictedTokens(),
                stored.getLanes(),
                stored.getUnavailable(),
                stored.getRounds(),
                stored.getHeldUntil());
    }

    private static StoredSource stored(Source source) {
        return new StoredSource(
                source.getKind().name(),
                source.getReplyPartition(),
                source.getTopic().orElse(null),
                source.getPartition().orElse(null),
                source.getOffset().orElse(null));
    }

    private static Source source(StoredSource stored) {
        return new Source(
                SourceKind.valueOf(stored.getKind()),
                stored.getReplyPartition(),
                stored.getTopic().orElse(null),
                stored.getPartition().orElse(null),
                stored.getOffset().orElse(null));
    }

    private static StoredDecision stored(Decision decision) {
        return new StoredDecision(
                decision.getRequestedModel(),
                decision.getVertical(),
                decision.getVerticalConfidence(),
                decision.getComplexity(),
                decision.getComplexityScore(),
                decision.getComplexityConfidence(),
                decision.getRoute().orElse(null),
                decision.getLane().orElse(null),
                decision.getCandidates().stream()
                        .map(
                                each ->
                                        new StoredCandidate(
                                                each.getLane(),
                                                each.getVerdict(),
                                                each.getReason()))
                        .toList(),
                decision.getReasons(),
                decision.getCatalogVersion());
    }

    private static Decision decision(StoredDecision stored) {
        return new Decision(
                stored.getRequestedModel(),
                stored.getVertical(),
                stored.getVerticalConfidence(),
                stored.getComplexity(),
                stored.getComplexityScore(),
                stored.getComplexityConfidence(),
                stored.getRoute().orElse(null),
                stored.getLane().orElse(null),
                stored.getCandidates().stream()
                        .map(
                                each ->
                                        new LaneConsidered(
                                                each.getLane(),
                                                each.getVerdict(),
                                                each.getReason()))
                        .toList(),
                stored.getReasons(),
                stored.getCatalogVersion());
    }

    private JobFormat() {}
}
