package dev.millrace.classifier.job;

import dev.millrace.v1.Source;
import dev.millrace.v1.SourceKind;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What a job's result repeats or needs, whatever becomes of the job: where it came in, when, where
 * its result goes, and what its caller attached to it. No content.
 *
 * @param deadlineAt the job ends as expired at this moment
 * @param replies names of the tenant's reply topics
 * @param callbacks addresses that the result is posted to
 * @param traceparent W3C trace context of the submission
 */
public record Head(
        Source source,
        Instant acceptedAt,
        Instant deadlineAt,
        Optional<String> traceparent,
        List<String> replies,
        List<String> callbacks,
        List<String> tags,
        Optional<String> conversation,
        Map<String, String> metadata) {
    /** How many reply topics, and how many callbacks, duplicates of a job may add up to. */
    public static final int MAX_DESTINATIONS = 16;

    public Head {
        replies = List.copyOf(replies);
        callbacks = List.copyOf(callbacks);
        tags = List.copyOf(tags);
        metadata = Map.copyOf(metadata);
    }

    /** Whether an ingress instance may be waiting for the result. */
    public boolean fromHttp() {
        return source.getKind() == SourceKind.HTTP;
    }

    /** The same with another submission's destinations added. */
    public Head withDestinationsOf(Head other) {
        return new Head(
                source,
                acceptedAt,
                deadlineAt,
                traceparent,
                union(replies, other.replies),
                union(callbacks, other.callbacks),
                tags,
                conversation,
                metadata);
    }

    private static List<String> union(List<String> mine, List<String> others) {
        return Stream.concat(mine.stream(), others.stream())
                .distinct()
                .limit(MAX_DESTINATIONS)
                .toList();
    }
}
