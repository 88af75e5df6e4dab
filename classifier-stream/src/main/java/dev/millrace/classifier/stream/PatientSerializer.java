package dev.millrace.classifier.stream;

import dev.millrace.kit.PatientDeserializer.Pause;
import dev.millrace.serde.RegistryErrors;
import java.time.Duration;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.Serializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Waits while the registry cannot be asked for a schema's id; any other failure is not its own. */
final class PatientSerializer<T> implements Serializer<T> {
    private static final Logger LOG = LoggerFactory.getLogger(PatientSerializer.class);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);

    private final Serializer<T> inner;
    private final Duration outage;
    private final Pause pause;

    /**
     * @param outage the sum of pauses after which the failure is thrown
     */
    PatientSerializer(Serializer<T> inner, Duration outage, Pause pause) {
        this.inner = inner;
        this.outage = outage;
        this.pause = pause;
    }

    @Override
    public byte @Nullable [] serialize(String topic, T value) {
        Duration waited = Duration.ZERO;
        Duration next = FIRST_PAUSE;
        while (true) {
            try {
                return inner.serialize(topic, value);
            } catch (RuntimeException e) {
                if (!RegistryErrors.isOutage(e) || waited.compareTo(outage) >= 0) {
                    throw e;
                }
                LOG.warn("topic={} waiting_for=registry waited_ms={}", topic, waited.toMillis());
            }
            sleep(next);
            waited = waited.plus(next);
            Duration twice = next.multipliedBy(2);
            next = twice.compareTo(LONGEST_PAUSE) < 0 ? twice : LONGEST_PAUSE;
        }
    }

    @Override
    public void close() {
        inner.close();
    }

    private void sleep(Duration time) {
        try {
            pause.of(time);
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
    }
}
