package dev.millrace.ingress.reading;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.ingress.ManualClock;
import dev.millrace.ingress.reading.Reading.Bad;
import dev.millrace.ingress.reading.Reading.Later;
import dev.millrace.ingress.reading.Reading.Value;
import dev.millrace.ingress.reading.Reading.Why;
import dev.millrace.serde.RegistryAuthorizationException;
import dev.millrace.serde.RegistryUnavailableException;
import dev.millrace.serde.UnknownSchemaIdException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Deserializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SchemaGateTest {
    private final ManualClock clock = new ManualClock(Instant.parse("2026-01-01T00:00:00Z"));
    private final FakeRegistry registry = new FakeRegistry();
    private final SchemaGate<String> gate =
            new SchemaGate<>(
                    registry,
                    new UnknownSchemas.Patience(Duration.ofSeconds(10), Duration.ofSeconds(60), 4),
                    clock);

    @Test
    void aRecordOfAKnownSchemaIsRead() {
        registry.answers.put(1, () -> "hello");

        assertThat(gate.read(record(1))).isEqualTo(new Value<>("hello"));
    }

    @Test
    void bytesThatAreNoRecordAreBadAtOnce() {
        registry.answers.put(
                1,
                () -> {
                    throw new SerializationException("half a record");
                });

        assertThat(gate.read(record(1))).isEqualTo(new Bad<>("undecodable: half a record", 1));
        assertThat(gate.read(record(new byte[0]))).isEqualTo(new Bad<>("empty_record", 1));
        assertThat(gate.read(record((byte[]) null))).isEqualTo(new Bad<>("empty_record", 1));
    }

    @Test
    void anErrorOfTheReaderItselfIsTheRecordsToo() {
        registry.answers.put(
                1,
                () -> {
                    throw new ClassCastException("not a job");
                });

        assertThat(gate.read(record(1))).isInstanceOf(Bad.class);
    }

    @Test
    void aRegistryOutageIsWaitedOutAndAsksOnlyOnceASecond() {
        // Given
        registry.answers.put(
                1,
                () -> {
                    throw new RegistryUnavailableException("down", null);
                });
        assertThat(gate.read(record(1))).isEqualTo(new Later<>(Why.REGISTRY_DOWN));

        // When
        clock.advance(Duration.ofMillis(999));
        Reading<String> soon = gate.read(record(2));
        clock.advance(Duration.ofMillis(1));
        registry.answers.put(1, () -> "hello");
        Reading<String> later = gate.read(record(1));

        // Then
        assertThat(soon).isEqualTo(new Later<>(Why.REGISTRY_DOWN));
        assertThat(registry.asked).containsExactly(1, 1);
        assertThat(later).isEqualTo(new Value<>("hello"));
    }

    @Test
    void aRegistryThatHangsIsAskedLessOften() {
        // Given
        registry.answers.put(
                1,
                () -> {
                    clock.advance(Duration.ofSeconds(3));
                    throw new RegistryUnavailableException("no answer in 3 s", null);
                });
        gate.read(record(1));

        // When
        clock.advance(Duration.ofSeconds(11));
        gate.read(record(1));
        clock.advance(Duration.ofSeconds(1));
        gate.read(record(1));

        // Then
        assertThat(registry.asked).hasSize(2);
    }

    @Test
    void recordsOfKnownSchemasAreReadDuringAnOutage() {
        // Given
        registry.answers.put(1, () -> "hello");
        registry.answers.put(
                2,
                () -> {
                    throw new RegistryUnavailableException("down", null);
                });
        gate.read(record(1));
        gate.read(record(2));

        // When
        Reading<String> known = gate.read(record(1));

        // Then
        assertThat(known).isEqualTo(new Value<>("hello"));
    }

    @Test
    void refusedCredentialsAreNoRecordsFault() {
        registry.answers.put(
                1,
                () -> {
                    throw new RegistryAuthorizationException("403");
                });

        assertThat(gate.read(record(1))).isEqualTo(new Later<>(Why.REGISTRY_REFUSES));
    }

    @Test
    void anUnknownSchemaGetsAGracePeriodAndIsThenBad() {
        // Given
        assertThat(gate.read(record(9))).isEqualTo(new Later<>(Why.UNKNOWN_SCHEMA));
        clock.advance(Duration.ofSeconds(10));

        // When
        Reading<String> late = gate.read(record(9));

        // Then
        assertThat(late).isEqualTo(new Bad<>("unknown_schema: schema_id=9", 2));
    }

    @Test
    void manyUnknownSchemasBehindAWaitingRecordHaltTheReading() {
        // Given
        gate.read(record(9));

        // When
        gate.survey(IntStream.range(10, 100).mapToObj(SchemaGateTest::record).toList());

        // Then
        assertThat(gate.halted()).isTrue();
        assertThat(registry.asked).containsExactly(9, 10, 11, 12);
        clock.advance(Duration.ofSeconds(30));
        assertThat(gate.read(record(9))).isEqualTo(new Later<>(Why.HALTED));
    }

    @Test
    void aSurveyAsksForEachSchemaOnceAndStopsAtAnOutage() {
        // Given
        registry.answers.put(
                10,
                () -> {
                    throw new RegistryUnavailableException("down", null);
                });
        gate.read(record(9));

        // When
        gate.survey(List.of(record(9), record(9), record(10), record(11)));

        // Then
        assertThat(registry.asked).containsExactly(9, 10);
        assertThat(gate.halted()).isFalse();
    }

    private static ConsumerRecord<byte[], byte[]> record(int schemaId) {
        return record(ByteBuffer.allocate(6).put((byte) 0).putInt(schemaId).array());
    }

    @SuppressWarnings("NullAway")
    private static ConsumerRecord<byte[], byte[]> record(byte @Nullable [] value) {
        return new ConsumerRecord<>("millrace.intake.acme", 0, 0, null, value);
    }

    /** Knows the schemas that have an answer. */
    private static final class FakeRegistry implements Deserializer<String> {
        private final Map<Integer, Supplier<String>> answers = new HashMap<>();
        private final List<Integer> asked = new java.util.ArrayList<>();

        @Override
        public String deserialize(String topic, byte[] data) {
            int id = ByteBuffer.wrap(data).getInt(1);
            asked.add(id);
            Supplier<String> answer = answers.get(id);
            if (answer == null) {
                throw new UnknownSchemaIdException(id, "no such schema");
            }
            return answer.get();
        }
    }
}
