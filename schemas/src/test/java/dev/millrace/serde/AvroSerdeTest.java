package dev.millrace.serde;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.v1.InferenceJob;
import dev.millrace.v1.Message;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AvroSerdeTest {
    private static final Map<String, String> IN_MEMORY =
            Map.of("schema.registry.url", "mock://avro-serde-test");

    @Test
    void aRecordComesBackAsItWasSent() {
        // Given
        var job =
                InferenceJob.newBuilder()
                        .setMessages(List.of(new Message("user", "What is a millrace?")))
                        .setMetadata(Map.of("trace", "1"))
                        .build();
        try (var serde = AvroSerde.of(InferenceJob.class, IN_MEMORY, false)) {
            // When
            byte[] bytes = serde.serializer().serialize("millrace.intake.acme", job);
            var read = serde.deserializer().deserialize("millrace.intake.acme", bytes);

            // Then
            assertThat(read).isEqualTo(job);
        }
    }
}
