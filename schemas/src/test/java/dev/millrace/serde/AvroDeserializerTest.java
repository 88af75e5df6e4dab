package dev.millrace.serde;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.sun.management.ThreadMXBean;
import dev.millrace.job.Messages;
import dev.millrace.serde.RegistryErrors.Kind;
import dev.millrace.v1.Callback;
import dev.millrace.v1.InferenceJob;
import dev.millrace.v1.Receipt;
import dev.millrace.v1.ReceiptStatus;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecordBuilder;
import org.apache.avro.specific.SpecificRecord;
import org.apache.avro.util.ClassSecurityValidator;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
class AvroDeserializerTest {
    private final FakeRegistry registry = FakeRegistry.start();
    private final AvroDeserializer<SpecificRecord> deserializer = new AvroDeserializer<>();

    @AfterEach
    void close() {
        deserializer.close();
        registry.close();
    }

    @Test
    void aRecordIsReadIntoTheClassThatItsSchemaNames() {
        // Given
        configure();
        byte[] bytes = written(InferenceJob.SCHEMA$, Records.job("What is a millrace?"));

        // When
        SpecificRecord record = deserializer.deserialize(Records.TOPIC, bytes);

        // Then
        assertThat(record).isEqualTo(Records.job("What is a millrace?"));
    }

    @Test
    void aRecordIsReadWhereItLiesInTheConsumersBuffer() {
        // Given
        configure();
        byte[] bytes = written(Callback.SCHEMA$, new Callback("http://x"));
        ByteBuffer heap = ByteBuffer.allocate(bytes.length + 20);
        heap.position(7).put(bytes).put((byte) 1).put((byte) 2);
        ByteBuffer slice = heap.slice(7, bytes.length);
        ByteBuffer direct = ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();

        // When / Then
        var headers = new RecordHeaders();
        assertThat(deserializer.deserialize("t", headers, slice))
                .isEqualTo(new Callback("http://x"));
        assertThat(deserializer.deserialize("t", headers, direct))
                .isEqualTo(new Callback("http://x"));
        assertThat(deserializer.deserialize("t", headers, (ByteBuffer) null)).isNull();
    }

    @Test
    void aTombstoneStaysNull() {
        configure();

        assertThat(deserializer.deserialize("t", null)).isNull();
        assertThat(registry.requests()).isEmpty();
    }

    @Test
    void fieldsThatAnOlderWriterDidNotKnowGetTheirDefaults() {
        // Given
        configure();
        Schema older =
                new Schema.Parser()
                        .parse(
                                """
                                {"type":"record","name":"InferenceJob","namespace":"dev.millrace.v1","fields":[
                                  {"name":"messages","type":{"type":"array","items":
                                    {"type":"record","name":"Message","fields":[
                                      {"name":"role","type":"string"},{"name":"content","type":"string"}]}}}]}
                                """);
        var message =
                new GenericRecordBuilder(older.getField("messages").schema().getElementType())
                        .set("role", "user")
                        .set("content", "hi")
                        .build();
        var record = new GenericRecordBuilder(older).set("messages", List.of(message)).build();

        // When
        SpecificRecord read = deserializer.deserialize("t", written(older, record));

        // Then
        assertThat(read)
                .isEqualTo(
                        InferenceJob.newBuilder()
                                .setMessages(List.of(Messages.of("user", "hi")))
                                .build());
    }

    @Test
    void fieldsThatANewerWriterAddedArePassedOver() {
        // Given
        configure();
        Schema newer =
                new Schema.Parser()
                        .parse(
                                """
                                {"type":"record","name":"Callback","namespace":"dev.millrace.v1","fields":[
                                  {"name":"retries","type":"int"},
                                  {"name":"url","type":"string"},
                                  {"name":"more","type":{"type":"map","values":"bytes"}}]}
                                """);
        var record =
                new GenericRecordBuilder(newer)
                        .set("retries", 5)
                        .set("url", "http://x")
                        .set("more", Map.of("k", ByteBuffer.wrap(new byte[3])))
                        .build();

        // When / Then
        assertThat(deserializer.deserialize("t", written(newer, record)))
                .isEqualTo(new Callback("http://x"));
    }

    @Test
    void aSymbolThatANewerWriterAddedBecomesTheDefaultOne() {
        // Given
        configure();
        Schema newer =
                new Schema.Parser()
                        .parse(
                                SchemaText.published(Receipt.SCHEMA$)
                                        .replace("\"REFUSED\"", "\"REFUSED\",\"POSTPONED\""));
        var record =
                new GenericRecordBuilder(newer)
                        .set(
                                "status",
                                new GenericData.EnumSymbol(
                                        newer.getField("status").schema(), "POSTPONED"))
                        .set("accepted_at", 1L)
                        .build();

        // When
        Receipt read = (Receipt) deserializer.deserialize("t", written(newer, record));

        // Then
        assertThat(requireNonNull(read).getStatus()).isEqualTo(ReceiptStatus.UNKNOWN);
    }

    @Test
    void aRecordOfAnotherTypeThanConfiguredIsBad() {
        // Given
        configure("specific.avro.value.type", InferenceJob.class.getName());
        byte[] bytes = written(Callback.SCHEMA$, new Callback("http://x"));

        // When / Then
        assertThatThrownBy(() -> deserializer.deserialize("t", bytes))
                .isInstanceOf(SerializationException.class)
                .hasMessageContaining("InferenceJob");
    }

    @Test
    void aKeysTypeIsItsOwnSetting() {
        // Given
        deserializer.configure(
                Map.of(
                        "schema.registry.url",
                        registry.url(),
                        "specific.avro.key.type",
                        Callback.class,
                        "specific.avro.value.type",
                        InferenceJob.class),
                true);

        // When / Then
        assertThat(deserializer.deserialize("t", written(Callback.SCHEMA$, new Callback("u"))))
                .isEqualTo(new Callback("u"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"string\"",
                "{\"type\":\"record\",\"name\":\"Unheard\",\"namespace\":\"dev.millrace.v1\",\"fields\":[]}",
                "{\"type\":\"record\",\"name\":\"ProcessBuilder\",\"namespace\":\"java.lang\",\"fields\":[]}",
                "{\"type\":\"record\",\"name\":\"WireFormat\",\"namespace\":\"dev.millrace.serde\",\"fields\":[]}",
                "{\"type\":\"enum\",\"name\":\"Band\",\"namespace\":\"dev.millrace.v1\",\"symbols\":[\"A\"]}"
            })
    void aSchemaWithoutAGeneratedClassMakesABadRecord(String schema) {
        // Given
        configure();
        int id = registry.put("t-value", schema);

        // When
        Throwable failure =
                catchThrowable(
                        () -> deserializer.deserialize("t", new byte[] {0, 0, 0, 0, (byte) id}));

        // Then
        assertThat(RegistryErrors.kindOf(failure)).isEqualTo(Kind.BAD_RECORD);
    }

    @Test
    void theContractIsTrustedWithoutASettingAndNothingElseIs() {
        // Given
        configure();

        // When / Then
        assertThat(System.getProperty("org.apache.avro.SERIALIZABLE_PACKAGES")).isNull();
        ClassSecurityValidator.validate(InferenceJob.class);
        ClassSecurityValidator.validate(String.class);
        assertThatThrownBy(() -> ClassSecurityValidator.validate(ProcessBuilder.class))
                .isInstanceOf(SecurityException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "00", "00000000", "01000000010000", "7b22", "00ffffffff00"})
    void bytesWithoutAHeaderAreBadAndNobodyIsAsked(String hex) {
        // Given
        configure();
        byte[] bytes = HexFormat.of().parseHex(hex);

        // When
        Throwable failure = catchThrowable(() -> deserializer.deserialize("t", bytes));

        // Then
        assertThat(RegistryErrors.kindOf(failure)).isEqualTo(Kind.BAD_RECORD);
        assertThat(registry.requests()).isEmpty();
    }

    @Test
    void anUnknownIdIsToldApartFromBadBytes() {
        // Given
        configure();

        // When
        Throwable failure =
                catchThrowable(() -> deserializer.deserialize("t", new byte[] {0, 0, 0, 1, 0, 0}));

        // Then
        assertThat(failure).isInstanceOf(UnknownSchemaIdException.class);
        assertThat(((UnknownSchemaIdException) failure).schemaId()).isEqualTo(256);
    }

    @Test
    void aRecordThatWasNotReadableInAnOutageIsReadAfterwards() {
        // Given
        configure("max.retries", 0);
        byte[] bytes = written(Callback.SCHEMA$, new Callback("http://x"));
        registry.failingWith(503, "");
        Throwable during = catchThrowable(() -> deserializer.deserialize("t", bytes));

        // When
        registry.healthy();
        SpecificRecord after = deserializer.deserialize("t", bytes);

        // Then
        assertThat(RegistryErrors.kindOf(during)).isEqualTo(Kind.OUTAGE);
        assertThat(after).isEqualTo(new Callback("http://x"));
    }

    @Test
    void aRecordWithBytesBehindItsEndIsBad() {
        // Given
        configure();
        byte[] bytes = written(Callback.SCHEMA$, new Callback("http://x"));

        // When / Then
        assertThatThrownBy(
                        () -> deserializer.deserialize("t", Arrays.copyOf(bytes, bytes.length + 1)))
                .isInstanceOf(SerializationException.class);
    }

    @Test
    void everyCutIsBad() {
        // Given
        configure();
        byte[] bytes = written(InferenceJob.SCHEMA$, Records.job("hello"));

        // When / Then
        for (int length = 0; length < bytes.length; length++) {
            byte[] cut = Arrays.copyOf(bytes, length);
            assertThatThrownBy(() -> deserializer.deserialize("t", cut))
                    .as("cut to %d bytes", length)
                    .isInstanceOf(SerializationException.class);
        }
    }

    /**
     * A few bytes that announce up to 2^63 elements or characters: in the field that comes first,
     * behind the wire format's header. A reader that believed them would ask for gigabytes.
     */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "00" + "00" + "feffffff0f", // messages: 2^31-1
                "00" + "00" + "eeffffff0f", // messages: 2^31-9, the largest that Java could hold
                "00" + "00" + "8080808001" + "00", // messages: 2^27
                "00" + "00" + "feffffffffffffffff01", // messages: 2^63-1
                "00" + "00" + "ffffffffffffffffff01" + "00", // messages: -2^63
                "00" + "00" + "01" + "feffffff0f", // messages: one in a block of 2^31-1 bytes
                "feffffff0f", // tenant of 2^31-1 bytes
                "80808080800108", // tenant of 2^35 bytes
                "01", // tenant of -1 bytes
                "000000" + "00000000" + "8080808001", // stop: 2^27
                "000000"
                        + "00000000"
                        + "00"
                        + "00"
                        + "00000000"
                        + "000000"
                        + "8080808001" // hints: 2^27
            })
    void announcedLengthsAreNotBelieved(String hex) {
        // Given
        configure();
        int id = registry.put("t-value", SchemaText.published(InferenceJob.SCHEMA$));
        byte[] bytes = HexFormat.of().parseHex("000000000" + id + hex);

        // When
        byte[] whole = written(InferenceJob.SCHEMA$, Records.job("hello"));
        assertThat(deserializer.deserialize("t", whole)).isNotNull();
        long before = allocated();
        Throwable failure = catchThrowable(() -> deserializer.deserialize("t", bytes));

        // Then
        assertThat(failure).isInstanceOf(SerializationException.class);
        assertThat(allocated() - before).as("bytes allocated").isLessThan(1L << 20);
    }

    @Test
    void aWritersSchemaThatNestsWithoutEndMakesABadRecord() {
        // Given
        configure();
        Schema nested =
                new Schema.Parser()
                        .parse(
                                """
                                {"type":"record","name":"Callback","namespace":"dev.millrace.v1","fields":[
                                  {"name":"extra","type":{"type":"record","name":"Node","fields":[
                                    {"name":"next","type":["null","Node"]}]}},
                                  {"name":"url","type":"string"}]}
                                """);
        int id = registry.put("t-value", nested.toString());
        byte[] bytes = new byte[1 << 20];
        Arrays.fill(bytes, (byte) 2);
        System.arraycopy(new byte[] {0, 0, 0, 0, (byte) id}, 0, bytes, 0, 5);

        // When / Then
        assertThatThrownBy(() -> deserializer.deserialize("t", bytes))
                .isInstanceOf(SerializationException.class);
    }

    @Test
    void textThatIsNotARecordIsBad() {
        configure();

        assertThatThrownBy(
                        () ->
                                deserializer.deserialize(
                                        "t", "{\"messages\":[]}".getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(SerializationException.class)
                .hasMessageContaining("the first byte is 123, not 0");
    }

    @Test
    void genericRecordsAreRefusedAtOnce() {
        assertThatThrownBy(() -> configure("specific.avro.reader", false))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("specific.avro.reader");
    }

    @ParameterizedTest
    @ValueSource(strings = {"no.such.Type", "java.lang.String"})
    void aTypeThatIsNoGeneratedRecordIsRefusedAtOnce(String type) {
        assertThatThrownBy(() -> configure("specific.avro.value.type", type))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("specific.avro.value.type")
                .hasMessageContaining(type);
    }

    @Test
    void anUnconfiguredDeserializerIsNoBadRecord() {
        Throwable failure = catchThrowable(() -> deserializer.deserialize("t", new byte[9]));

        assertThat(RegistryErrors.kindOf(failure)).isEqualTo(Kind.OTHER);
    }

    private void configure(Object... more) {
        Map<String, Object> config = new HashMap<>();
        for (int i = 0; i < more.length; i += 2) {
            config.put((String) more[i], more[i + 1]);
        }
        config.put("schema.registry.url", registry.url());
        deserializer.configure(config, false);
    }

    /** As a plain Avro program writes it. */
    private byte[] written(Schema schema, Object datum) {
        Schema plain = SchemaText.parse(SchemaText.published(schema), List.of());
        return Records.framed(registry.put("t-value", plain.toString()), plain, datum);
    }

    private static long allocated() {
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        return threads.getCurrentThreadAllocatedBytes();
    }
}
