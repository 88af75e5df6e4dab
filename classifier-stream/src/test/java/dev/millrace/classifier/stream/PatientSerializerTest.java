package dev.millrace.classifier.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.Test;

class PatientSerializerTest {
    private final List<Duration> pauses = new ArrayList<>();

    @Test
    void anOutageIsWaitedForWithGrowingPauses() {
        // Given a registry that answers at the sixth try
        AtomicInteger tries = new AtomicInteger();
        PatientSerializer<String> patient =
                new PatientSerializer<>(
                        (topic, value) -> {
                            if (tries.incrementAndGet() < 6) {
                                throw new TimeoutException("registry");
                            }
                            return new byte[] {1};
                        },
                        Duration.ofMinutes(1),
                        pauses::add);

        // When
        byte[] bytes = patient.serialize("topic", "value");

        // Then
        assertThat(bytes).containsExactly(1);
        assertThat(pauses)
                .extracting(Duration::toMillis)
                .containsExactly(100L, 200L, 400L, 800L, 1000L);
    }

    @Test
    void anOutageThatLastsIsThrown() {
        PatientSerializer<String> patient =
                new PatientSerializer<>(
                        (topic, value) -> {
                            throw new TimeoutException("registry");
                        },
                        Duration.ofSeconds(3),
                        pauses::add);

        assertThatThrownBy(() -> patient.serialize("topic", "value"))
                .isInstanceOf(TimeoutException.class);
        assertThat(pauses).hasSizeBetween(4, 8);
    }

    @Test
    void aValueThatCannotBeWrittenIsThrownAtOnce() {
        PatientSerializer<String> patient =
                new PatientSerializer<>(
                        (topic, value) -> {
                            throw new SerializationException("never");
                        },
                        Duration.ofMinutes(1),
                        pauses::add);

        assertThatThrownBy(() -> patient.serialize("topic", "value"))
                .isInstanceOf(SerializationException.class);
        assertThat(pauses).isEmpty();
    }
}
