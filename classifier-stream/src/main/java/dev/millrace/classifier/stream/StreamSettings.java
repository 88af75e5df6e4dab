package dev.millrace.classifier.stream;

import dev.millrace.classifier.ClassifierTopology;
import dev.millrace.classifier.store.BoundedRocks;
import dev.millrace.kit.Connection;
import dev.millrace.kit.streams.DeadLetterHandler;
import dev.millrace.kit.streams.EarlyCommits;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * The application's Kafka Streams settings.
 *
 * @param instance the name that this process keeps over restarts: a static member, so that it takes
 *     its tasks up again at once and not when its former session has timed out
 * @param threads stream threads
 */
public record StreamSettings(String instance, Path stateDirectory, int threads) {
    private static final long CACHE_BYTES = 2L * 1024 * 1024;

    /** At the latest; {@link EarlyCommits} are far earlier where commits are quick. */
    private static final Duration COMMIT = Duration.ofMillis(200);

    public StreamSettings {
        if (instance.isBlank()) {
            throw new IllegalArgumentException("instance must not be blank");
        }
        if (threads < 1 || threads > 64) {
            throw new IllegalArgumentException("threads=" + threads + " is not 1..64");
        }
    }

    /** The connection's, and ours over them; the connection's own overrides win. */
    public Map<String, Object> over(Connection connection) {
        Map<String, Object> settings =
                new HashMap<>(connection.streams(ClassifierTopology.APPLICATION, stateDirectory));
        settings.put("commit.interval.ms", millis(COMMIT));
        settings.put("poll.ms", millis(EarlyCommits.LOOK));
        settings.put("num.stream.threads", Integer.toString(threads));
        settings.put("consumer.group.instance.id", instance);
        settings.put("deserialization.exception.handler", DeadLetterHandler.class.getName());
        settings.put("processing.exception.handler", UndecidableRecords.class.getName());
        settings.put("rocksdb.config.setter", BoundedRocks.class.getName());
        settings.put("statestore.cache.max.bytes", Long.toString(CACHE_BYTES));
        // commands and outcomes need no common order: neither waits for the other
        settings.put("max.task.idle.ms", "-1");
        settings.putAll(connection.overrides());
        return settings;
    }

    private static String millis(Duration duration) {
        return Long.toString(duration.toMillis());
    }
}
