package dev.millrace.ingress.reading;

import dev.millrace.serde.RegistryErrors;
import dev.millrace.serde.UnknownSchemaIdException;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.OptionalInt;
import java.util.Set;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.serialization.Deserializer;
import org.jspecify.annotations.Nullable;

/**
 * Decodes records' bytes and tells a bad record from a registry that is not there. While the
 * registry gives no answer it is asked at most once in {@code pause}, or less often where it hangs,
 * so that records whose schemas are known are read at full speed. Not thread-safe.
 */
final class RecordDecoder<T> {
    private static final int HEADER_BYTES = 5;
    private static final int MOST_REMEMBERED = 10_000;
    private static final int MAX_REASON = 300;

    private final Deserializer<T> deserializer;
    private final Clock clock;
    private final Duration pause;
    private final Set<Integer> known = new LinkedHashSet<>();
    private Instant askAgainAt = Instant.MIN;
    private Reading.Why outage = Reading.Why.REGISTRY_DOWN;

    RecordDecoder(Deserializer<T> deserializer, Clock clock, Duration pause) {
        this.deserializer = deserializer;
        this.clock = clock;
        this.pause = pause;
    }

    Decoded<T> decode(String topic, Headers headers, byte @Nullable [] value) {
        if (value == null || value.length == 0) {
            return new Decoded.Unreadable<>("empty_record");
        }
        OptionalInt schemaId = schemaId(value);
        if (isOut() && schemaId.isPresent() && !known.contains(schemaId.getAsInt())) {
            return new Decoded.NoAnswer<>(outage);
        }
        Instant asked = clock.instant();
        try {
            T decoded = deserializer.deserialize(topic, headers, value);
            schemaId.ifPresent(this::remember);
            return decoded == null
                    ? new Decoded.Unreadable<>("empty_record")
                    : new Decoded.Value<>(decoded);
        } catch (RuntimeException e) {
            return explain(e, schemaId, asked);
        }
    }

    /** The schema id in a record's header, where it has one. */
    static OptionalInt schemaId(byte @Nullable [] value) {
        return value != null && value.length >= HEADER_BYTES && value[0] == 0
                ? OptionalInt.of(ByteBuffer.wrap(value).getInt(1))
                : OptionalInt.empty();
    }

    private Decoded<T> explain(RuntimeException failure, OptionalInt schemaId, Instant asked) {
        return switch (RegistryErrors.kindOf(failure)) {
            case OUTAGE -> noAnswer(Reading.Why.REGISTRY_DOWN, asked);
            case UNAUTHORIZED -> noAnswer(Reading.Why.REGISTRY_REFUSES, asked);
            case UNKNOWN_ID -> new Decoded.UnknownSchema<>(unknownId(failure, schemaId));
            case BAD_RECORD, OTHER ->
                    new Decoded.Unreadable<>("undecodable: " + bounded(failure.getMessage()));
        };
    }

    /**
     * The longer a question hangs, the longer until the next: waiting must not take most of the
     * time.
     */
    private Decoded<T> noAnswer(Reading.Why why, Instant asked) {
        Instant now = clock.instant();
        Duration hung = Duration.between(asked, now).multipliedBy(4);
        askAgainAt = now.plus(hung.compareTo(pause) > 0 ? hung : pause);
        outage = why;
        return new Decoded.NoAnswer<>(why);
    }

    private boolean isOut() {
        return clock.instant().isBefore(askAgainAt);
    }

    private void remember(int schemaId) {
        known.add(schemaId);
        if (known.size() > MOST_REMEMBERED) {
            known.remove(known.iterator().next());
        }
    }

    private static int unknownId(Throwable failure, OptionalInt schemaId) {
        for (Throwable at = failure; at != null; at = at.getCause()) {
            if (at instanceof UnknownSchemaIdException unknown) {
                return unknown.schemaId();
            }
        }
        return schemaId.orElse(-1);
    }

    /** What the serde says: kinds and lengths, never what the record holds. */
    private static String bounded(@Nullable String message) {
        String text = String.valueOf(message);
        return text.length() <= MAX_REASON ? text : text.substring(0, MAX_REASON);
    }
}
