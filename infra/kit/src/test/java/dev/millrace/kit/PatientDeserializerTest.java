package dev.millrace.kit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.kit.PatientDeserializer.Patience;
import dev.millrace.serde.RegistryUnavailableException;
import dev.millrace.serde.UnknownSchemaIdException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.Deque;
import org.apache.kafka.common.errors.SerializationException;
import org.junit.jupiter.api.Test;

class PatientDeserializerTest {
    private static final byte[] BYTES = {1};

    private final Deque<RuntimeException> failures = new ArrayDeque<>();
    private final TestClock clock = new TestClock();
    private final PatientDeserializer<String> deserializer =
            new PatientDeserializer<>(this::answer, Patience.DEFAULT, clock, clock::advance);

    private String answer(String topic, byte[] data) {
        RuntimeException failure = failures.poll();
        if (failure != null) {
            throw failure;
        }
        return "value";
    }

    @Test
    void aShortOutageIsWaitedOut() {
        fail(3, outage());

        assertThat(deserializer.deserialize("t", BYTES)).isEqualTo("value");
        assertThat(clock.slept()).isEqualTo(Duration.ofMillis(100 + 200 + 400));
    }

    @Test
    void aLongOutageIsHandedToTheCallerSoThatItReadsTheRecordAgain() {
        fail(1_000, outage());

        assertThatThrownBy(() -> deserializer.deserialize("t", BYTES))
                .isInstanceOf(RegistryUnavailableException.class);
        assertThat(clock.slept()).isBetween(Duration.ofSeconds(5), Duration.ofSeconds(6));
    }

    @Test
    void anUnknownIdMayBecomeKnownWithinItsGrace() {
        fail(4, new UnknownSchemaIdException(7, "not found"));

        assertThat(deserializer.deserialize("t", BYTES)).isEqualTo("value");
    }

    @Test
    void anIdWaitedForInVainHasNoSecondGraceForAMinute() {
        // Given
        fail(1_000, new UnknownSchemaIdException(7, "not found"));
        assertThatThrownBy(() -> deserializer.deserialize("t", BYTES))
                .isInstanceOf(UnknownSchemaIdException.class);
        Duration first = clock.slept();

        // When
        assertThatThrownBy(() -> deserializer.deserialize("t", BYTES))
                .isInstanceOf(UnknownSchemaIdException.class);

        // Then
        assertThat(first).isBetween(Duration.ofSeconds(8), Duration.ofSeconds(9));
        assertThat(clock.slept()).isEqualTo(first);
        clock.advance(Duration.ofMinutes(1));
        assertThatThrownBy(() -> deserializer.deserialize("t", BYTES))
                .isInstanceOf(UnknownSchemaIdException.class);
        assertThat(clock.slept()).isGreaterThan(first.plusMinutes(1).plusSeconds(7));
    }

    @Test
    void badBytesAndMissingValuesAreRefusedAtOnce() {
        fail(1, new SerializationException("bad"));

        assertThatThrownBy(() -> deserializer.deserialize("t", BYTES))
                .isInstanceOf(SerializationException.class);
        assertThatThrownBy(() -> deserializer.deserialize("t", null))
                .isInstanceOf(SerializationException.class)
                .hasMessageContaining("no value");
        assertThat(clock.slept()).isZero();
    }

    private static RuntimeException outage() {
        return new RegistryUnavailableException("no connection", null);
    }

    private void fail(int times, RuntimeException failure) {
        for (int i = 0; i < times; i++) {
            failures.add(failure);
        }
    }

    private static final class TestClock extends Clock {
        private Duration slept = Duration.ZERO;

        void advance(Duration duration) {
            slept = slept.plus(duration);
        }

        Duration slept() {
            return slept;
        }

        @Override
        public Instant instant() {
            return Instant.EPOCH.plus(slept);
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }
}
