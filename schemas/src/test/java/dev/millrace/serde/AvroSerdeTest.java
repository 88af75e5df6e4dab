package dev.millrace.serde;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.v1.Callback;
import dev.millrace.v1.InferenceJob;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Serde;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
class AvroSerdeTest {
    private static final Map<String, String> IN_MEMORY =
            Map.of("schema.registry.url", "mock://avro-serde-test");

    @Test
    void aRecordComesBackAsItWasSent() {
        // Given
        InferenceJob job = Records.job("What is a millrace?");
        try (var serde = AvroSerde.of(InferenceJob.class, IN_MEMORY, false)) {
            // When
            byte[] bytes = serde.serializer().serialize(Records.TOPIC, job);

            // Then
            assertThat(serde.deserializer().deserialize(Records.TOPIC, bytes)).isEqualTo(job);
        }
    }

    @Test
    void aSerdeOfOneClassRefusesTheRecordsOfAnother() {
        try (var jobs = AvroSerde.of(InferenceJob.class, IN_MEMORY, false);
                var callbacks = AvroSerde.of(Callback.class, IN_MEMORY, false)) {
            byte[] bytes = callbacks.serializer().serialize("t", new Callback("http://x"));

            assertThatThrownBy(() -> jobs.deserializer().deserialize("t", bytes))
                    .isInstanceOf(SerializationException.class);
        }
    }

    @Test
    void kafkaMakesASerdeFromItsClassName() throws Exception {
        // Given
        @SuppressWarnings("unchecked")
        var serde =
                (Serde<Callback>)
                        Class.forName("dev.millrace.serde.AvroSerde")
                                .asSubclass(Serde.class)
                                .getDeclaredConstructor()
                                .newInstance();
        try (serde) {
            // When
            serde.configure(IN_MEMORY, true);
            byte[] bytes = serde.serializer().serialize("t", new Callback("http://x"));

            // Then
            assertThat(serde.deserializer().deserialize("t", bytes))
                    .isEqualTo(new Callback("http://x"));
        }
    }

    @Test
    void aSerdeThatCouldNotBeConfiguredIsNotHalfConfigured() {
        // Given
        var serde = new AvroSerde<Callback>();
        Map<String, Object> wrong = new HashMap<>(IN_MEMORY);
        wrong.put("specific.avro.reader", false);

        // When
        assertThatThrownBy(() -> serde.configure(wrong, false)).isInstanceOf(ConfigException.class);

        // Then
        assertThatThrownBy(() -> serde.serializer().serialize("t", new Callback("http://x")))
                .isInstanceOf(IllegalStateException.class);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void manyThreadsShareOneSerde(boolean virtual) throws Exception {
        // Given
        int threads = 16;
        int records = 500;
        CountDownLatch start = new CountDownLatch(1);
        List<Future<?>> done = new ArrayList<>();
        try (FakeRegistry registry = FakeRegistry.start();
                var serde =
                        AvroSerde.of(
                                InferenceJob.class,
                                Map.of("schema.registry.url", registry.url()),
                                false);
                ExecutorService pool =
                        virtual
                                ? Executors.newVirtualThreadPerTaskExecutor()
                                : Executors.newFixedThreadPool(threads)) {
            // When
            for (int t = 0; t < threads; t++) {
                int thread = t;
                done.add(
                        pool.submit(
                                () -> {
                                    start.await();
                                    for (int i = 0; i < records; i++) {
                                        roundTrip(serde, thread + "/" + "x".repeat(i % 97) + i);
                                    }
                                    return true;
                                }));
            }
            start.countDown();
            for (Future<?> one : done) {
                one.get();
            }

            // Then: one registration and one lookup for all of them
            assertThat(registry.requests())
                    .containsExactly(
                            "POST /subjects/millrace.intake.acme-value/versions",
                            "GET /schemas/ids/1");
        }
    }

    private static void roundTrip(AvroSerde<InferenceJob> serde, String prompt) {
        InferenceJob job = Records.job(prompt);
        byte[] bytes = serde.serializer().serialize(Records.TOPIC, job);
        assertThat(serde.deserializer().deserialize(Records.TOPIC, bytes)).isEqualTo(job);
    }
}
