package dev.millrace.kit;

import dev.millrace.serde.RegistryErrors;
import dev.millrace.serde.UnknownSchemaIdException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.serialization.Deserializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Waits out what may pass before it calls a record bad: an outage of the registry for a few seconds
 * (then the caller reads the same record again), a schema id that the registry does not know yet
 * for a grace period (then the record is bad). An id that was waited for in vain gets no second
 * grace for a while, so that a burst of such records does not stop the stream. An empty value is a
 * bad record: every record of the pipeline has one.
 *
 * <p>It throws what {@link RegistryErrors#kindOf} tells apart. Safe for several threads; it blocks
 * the calling one.
 */
public final class PatientDeserializer<T> implements Deserializer<T> {
    private static final Logger LOG = LoggerFactory.getLogger(PatientDeserializer.class);
    private static final int REMEMBERED_IDS = 128;

    private final Deserializer<T> inner;
    private final Patience patience;
    private final Clock clock;
    private final Pause pause;
    private final Map<Integer, Instant> givenUp = new LinkedHashMap<>();

    /**
     * How long to wait. The defaults stay below the ten seconds after which a broker aborts a
     * Streams transaction.
     *
     * @param outage for a registry that does not answer
     * @param unknownId for an id that the registry does not know
     * @param noSecondGrace for how long an id waited for in vain counts as unknown at once
     */
    public record Patience(
            Duration outage,
            Duration unknownId,
            Duration firstPause,
            Duration maxPause,
            Duration noSecondGrace) {
        public static final Patience DEFAULT =
                new Patience(
                        Duration.ofSeconds(5),
                        Duration.ofSeconds(8),
                        Duration.ofMillis(100),
                        Duration.ofSeconds(1),
                        Duration.ofMinutes(1));
    }

    /** Sleeps; a parameter so that tests need no time. */
    @FunctionalInterface
    public interface Pause {
        void of(Duration duration) throws InterruptedException;
    }

    public PatientDeserializer(Deserializer<T> inner) {
        this(inner, Patience.DEFAULT, Clock.systemUTC(), Thread::sleep);
    }

    public PatientDeserializer(Deserializer<T> inner, Patience patience, Clock clock, Pause pause) {
        this.inner = inner;
        this.patience = patience;
        this.clock = clock;
        this.pause = pause;
    }

    @Override
    public T deserialize(String topic, byte @Nullable [] data) {
        return patiently(topic, data == null ? null : () -> inner.deserialize(topic, data));
    }

    @Override
    public T deserialize(String topic, Headers headers, byte @Nullable [] data) {
        return patiently(
                topic, data == null ? null : () -> inner.deserialize(topic, headers, data));
    }

    @Override
    public void close() {
        inner.close();
    }

    private T patiently(String topic, @Nullable Attempt<T> attempt) {
        if (attempt == null) {
            throw new SerializationException("topic=" + topic + ": the record has no value");
        }
        Instant start = clock.instant();
        Duration next = patience.firstPause();
        while (true) {
            try {
                T value = attempt.read();
                if (value == null) {
                    throw new SerializationException(
                            "topic=" + topic + ": the record has no value");
                }
                return value;
            } catch (RuntimeException e) {
                if (!mayPass(e, start)) {
                    throw e;
                }
                LOG.warn("topic={} waiting_for=registry kind={}", topic, RegistryErrors.kindOf(e));
            }
            sleep(next);
            Duration twice = next.multipliedBy(2);
            next = twice.compareTo(patience.maxPause()) < 0 ? twice : patience.maxPause();
        }
    }

    private boolean mayPass(RuntimeException failure, Instant start) {
        Duration waited = Duration.between(start, clock.instant());
        return switch (RegistryErrors.kindOf(failure)) {
            case OUTAGE -> waited.compareTo(patience.outage()) < 0;
            case UNKNOWN_ID -> !hadItsGrace(failure, waited);
            case UNAUTHORIZED, BAD_RECORD, OTHER -> false;
        };
    }

    private boolean hadItsGrace(RuntimeException failure, Duration waited) {
        if (!(failure instanceof UnknownSchemaIdException unknown)) {
            return waited.compareTo(patience.unknownId()) >= 0;
        }
        synchronized (givenUp) {
            Instant since = givenUp.get(unknown.schemaId());
            Instant now = clock.instant();
            if (since != null && now.isBefore(since.plus(patience.noSecondGrace()))) {
                return true;
            }
            if (waited.compareTo(patience.unknownId()) < 0) {
                return false;
            }
            givenUp.remove(unknown.schemaId());
            givenUp.put(unknown.schemaId(), now);
            if (givenUp.size() > REMEMBERED_IDS) {
                givenUp.remove(givenUp.keySet().iterator().next());
            }
            return true;
        }
    }

    private void sleep(Duration duration) {
        try {
            pause.of(duration);
        } catch (InterruptedException e) {
            throw new org.apache.kafka.common.errors.InterruptException(e);
        }
    }

    private interface Attempt<T> {
        @Nullable T read();
    }
}
