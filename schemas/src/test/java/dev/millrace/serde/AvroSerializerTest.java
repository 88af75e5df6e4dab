package dev.millrace.serde;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.job.Messages;
import dev.millrace.v1.Callback;
import dev.millrace.v1.InferenceJob;
import dev.millrace.v1.TenantStatus;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.SerializationException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(120)
class AvroSerializerTest {
    private final FakeRegistry registry = FakeRegistry.start();
    private final AvroSerializer<SpecificRecord> serializer = new AvroSerializer<>();

    @AfterEach
    void close() {
        serializer.close();
        registry.close();
    }

    @Test
    void aJobIsWrittenInExactlyTheseBytes() {
        // Given
        configure();
        var job =
                InferenceJob.newBuilder()
                        .setMessages(List.of(Messages.of("user", "Grüße")))
                        .setMaxTokens(64)
                        .setMetadata(Map.of("k", "v"))
                        .build();

        // When
        byte[] bytes = requireNonNull(serializer.serialize(Records.TOPIC, job));

        // Then: magic, id 1, then each field in its order
        assertThat(HexFormat.of().formatHex(bytes))
                .isEqualTo(
                        "0000000001"
                                + "00" // tenant ""
                                + "086175746f" // model "auto"
                                + "02" // one message:
                                + "0875736572" // "user"
                                + "0e4772c3bcc39f65" // "Grüße"
                                + "000000" // parts, tool_calls, tool_call_id
                                + "00" // no more messages
                                + "028001" // max_tokens 64
                                + "000000" // temperature, top_p, seed
                                + "00" // stop
                                + "107374616e64617264" // priority "standard"
                                + "00000000" // deadline_ms, reply, callback, idempotency_key
                                + "0000" // stream, conversation
                                + "00" // tags
                                + "00" // hints
                                + "02026b027600" // metadata {"k": "v"}
                                + "0863686174" // kind "chat"
                                + "0000" // input, dimensions
                                + "000000"); // tools, tool_choice, response_format
    }

    @Test
    void theSchemaIsRegisteredOncePerTopicAndFreeOfJavasOwnProperties() {
        // Given
        configure();

        // When
        serializer.serialize("millrace.intake.acme", Records.job("one"));
        serializer.serialize("millrace.intake.acme", Records.job("two"));
        serializer.serialize("millrace.intake.beta", Records.job("three"));

        // Then
        assertThat(registry.requests())
                .containsExactly(
                        "POST /subjects/millrace.intake.acme-value/versions",
                        "POST /subjects/millrace.intake.beta-value/versions");
        assertThat(registry.schema(1)).doesNotContain("avro.java.string");
        assertThat(new Schema.Parser().parse(registry.schema(1)))
                .isEqualTo(new Schema.Parser().parse(SchemaText.published(InferenceJob.SCHEMA$)));
    }

    @Test
    void aTombstoneStaysNull() {
        configure();

        assertThat(serializer.serialize(Records.TOPIC, null)).isNull();
        assertThat(registry.requests()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "io.confluent.kafka.serializers.subject.TopicNameStrategy, t-value, t-key",
        "io.confluent.kafka.serializers.subject.RecordNameStrategy, dev.millrace.v1.Callback,"
                + " dev.millrace.v1.Callback",
        "TopicRecordNameStrategy, t-dev.millrace.v1.Callback, t-dev.millrace.v1.Callback"
    })
    void subjectsAreNamedAsConfigured(String strategy, String value, String key) {
        // Given
        for (boolean isKey : new boolean[] {false, true}) {
            serializer.configure(
                    config(Map.of((isKey ? "key" : "value") + ".subject.name.strategy", strategy)),
                    isKey);

            // When
            serializer.serialize("t", new Callback("http://x"));

            // Then
            assertThat(registry.subjects()).containsKey(isKey ? key : value);
        }
    }

    @Test
    void anotherStrategyIsRefusedAtOnce() {
        assertThatThrownBy(() -> configure("value.subject.name.strategy", "com.acme.Mine"))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("com.acme.Mine")
                .hasMessageContaining("TopicNameStrategy, RecordNameStrategy");
    }

    @Test
    void withoutAutoRegistrationTheSchemaMustStandThere() {
        // Given
        configure("auto.register.schemas", "false");
        assertThatThrownBy(() -> serializer.serialize("t", new Callback("http://x")))
                .isInstanceOf(SerializationException.class)
                .hasMessageContaining("subject=t-value")
                .hasMessageContaining("Schema not found");
        int id = registry.put("t-value", SchemaText.published(Callback.SCHEMA$));

        // When
        byte[] bytes = requireNonNull(serializer.serialize("t", new Callback("http://x")));

        // Then
        assertThat(WireFormat.schemaId(bytes, 0, bytes.length)).isEqualTo(id);
        assertThat(registry.requests()).containsOnly("POST /subjects/t-value");
    }

    @Test
    void theLatestVersionsIdIsUsedWhereItsShapeIsTheRecords() {
        // Given
        configure("auto.register.schemas", false, "use.latest.version", true);
        registry.put("t-value", "\"string\"");
        int id =
                registry.put(
                        "t-value",
                        SchemaText.published(Callback.SCHEMA$)
                                .replace("\"fields\"", "\"doc\":\"ours\",\"fields\""));

        // When
        byte[] bytes = requireNonNull(serializer.serialize("t", new Callback("http://x")));

        // Then
        assertThat(WireFormat.schemaId(bytes, 0, bytes.length)).isEqualTo(id);
    }

    @Test
    void aRecordOfAnotherShapeThanTheLatestVersionIsRefused() {
        // Given
        configure("auto.register.schemas", false, "use.latest.version", true);
        registry.put(
                "t-value",
                """
                {"type":"record","name":"Callback","namespace":"dev.millrace.v1","fields":[
                  {"name":"method","type":"string"},{"name":"url","type":"string"}]}
                """);

        // When / Then
        assertThatThrownBy(() -> serializer.serialize("t", new Callback("http://x")))
                .isInstanceOf(SerializationException.class)
                .hasMessageContaining("use.latest.version")
                .hasMessageContaining("dev.millrace.v1.Callback");
    }

    @Test
    void normalizationIsAskedForWhereConfigured() {
        configure("normalize.schemas", true);

        serializer.serialize("t", new Callback("http://x"));

        assertThat(registry.requests())
                .containsExactly("POST /subjects/t-value/versions?normalize=true");
    }

    @Test
    void aMissingFieldIsNamedAndTheNextRecordIsWhole() {
        // Given
        configure();
        var broken = Records.job("half written");
        broken.put("metadata", null);
        var status = new TenantStatus("acme", 1L, 2L, null, Instant.ofEpochMilli(3), Map.of());

        // When
        assertThatThrownBy(() -> serializer.serialize("jobs", broken))
                .isInstanceOf(SerializationException.class)
                .hasMessageContaining("dev.millrace.v1.InferenceJob")
                .hasMessageContaining("metadata");
        byte[] next = requireNonNull(serializer.serialize("status", status));

        // Then
        assertThat(HexFormat.of().formatHex(Arrays.copyOfRange(next, 5, next.length)))
                .isEqualTo("0861636d65" + "02" + "04" + "00" + "06" + "00");
    }

    @Test
    void aRecordLargerThanEveryBufferIsWhole() {
        // Given
        configure();
        String prompt = "ä".repeat(3 << 20);

        // When
        byte[] large = requireNonNull(serializer.serialize(Records.TOPIC, Records.job(prompt)));
        byte[] small = requireNonNull(serializer.serialize(Records.TOPIC, Records.job("hi")));

        // Then
        var plain = SchemaText.parse(SchemaText.published(InferenceJob.SCHEMA$), List.of());
        assertThat(large).isEqualTo(Records.framed(1, plain, Records.job(prompt)));
        assertThat(small).isEqualTo(Records.framed(1, plain, Records.job("hi")));
    }

    @Test
    void anUnconfiguredSerializerSaysSo() {
        assertThatThrownBy(() -> serializer.serialize("t", new Callback("http://x")))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("not configured");
    }

    private void configure(Object... more) {
        Map<String, Object> extra = new HashMap<>();
        for (int i = 0; i < more.length; i += 2) {
            extra.put((String) more[i], more[i + 1]);
        }
        serializer.configure(config(extra), false);
    }

    private Map<String, Object> config(Map<String, Object> extra) {
        Map<String, Object> config = new HashMap<>(extra);
        config.put("schema.registry.url", registry.url());
        return config;
    }
}
