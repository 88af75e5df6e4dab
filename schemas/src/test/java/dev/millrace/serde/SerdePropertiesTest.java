package dev.millrace.serde;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.Tuple.Tuple2;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.lifecycle.AfterContainer;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.errors.SerializationException;
import org.jspecify.annotations.Nullable;

/** What holds for every record of the contract, and for all bytes. */
class SerdePropertiesTest {
    private static final AvroSerde<SpecificRecord> SERDE = new AvroSerde<>();

    /** Each record's schema as it is published, by name. */
    private static final Map<String, Schema> PUBLISHED = new TreeMap<>();

    private static final Map<String, Integer> IDS = new HashMap<>();

    static {
        Map<String, String> config = Map.of("schema.registry.url", "mock://serde-properties");
        SERDE.configure(config, false);
        try (RegistryClient registry = RegistryClient.of(config)) {
            Records.schemas()
                    .forEach(
                            (name, schema) -> {
                                String text = SchemaText.published(schema);
                                PUBLISHED.put(name, SchemaText.parse(text, List.of()));
                                IDS.put(name, registry.register("t-value", schema, false));
                            });
        }
    }

    @AfterContainer
    static void close() {
        SERDE.close();
    }

    /** A record's name and one such record, made without the generated class. */
    @Provide
    Arbitrary<Tuple2<String, Object>> records() {
        return Arbitraries.of(List.copyOf(PUBLISHED.keySet()))
                .flatMap(name -> RandomData.of(schema(name)).map(r -> Tuple.of(name, r)));
    }

    @Property(tries = 500)
    void whatPlainAvroWritesIsReadAndWrittenAgainAsTheSameRecord(
            @ForAll("records") Tuple2<String, Object> named) {
        // Given
        byte[] original = framed(named);

        // When
        SpecificRecord read = SERDE.deserializer().deserialize("t", original);
        byte[] written = SERDE.serializer().serialize("t", read);

        // Then
        assertThat(plain(named.get1(), written)).isEqualTo(named.get2());
        assertThat(written).hasSameSizeAs(original).startsWith(Arrays.copyOf(original, 5));
        assertThat(SERDE.deserializer().deserialize("t", written)).isEqualTo(read);
    }

    @Property(tries = 1_000)
    void damagedBytesAreARecordOrABadRecordAndNothingElse(
            @ForAll("records") Tuple2<String, Object> named,
            @ForAll @Size(min = 1, max = 4) List<Integer> places,
            @ForAll byte value) {
        // Given
        byte[] bytes = framed(named);
        for (int place : places) {
            bytes[5 + Math.floorMod(place, bytes.length - 5)] = value;
        }

        // When / Then
        assertThat(failureOf(bytes) instanceof UnknownSchemaIdException).isFalse();
    }

    @Property(tries = 1_000)
    void randomBytesAreARecordOrABadRecordAndNothingElse(
            @ForAll("names") String name, @ForAll @Size(max = 200) byte[] body) {
        // Given
        byte[] bytes = new byte[body.length + 5];
        WireFormat.putHeader(bytes, id(name));
        System.arraycopy(body, 0, bytes, 5, body.length);

        // When / Then
        assertThat(failureOf(bytes) instanceof UnknownSchemaIdException).isFalse();
    }

    @Property(tries = 1_000)
    void bytesOfAnyKindAreBadRecords(@ForAll @Size(max = 40) byte[] bytes) {
        failureOf(bytes);
    }

    @Provide
    Arbitrary<String> names() {
        return Arbitraries.of(List.copyOf(PUBLISHED.keySet()));
    }

    /** Reads the bytes, lets everything pass that is neither a record nor a bad record. */
    private static @Nullable SerializationException failureOf(byte[] bytes) {
        try {
            assertThat(SERDE.deserializer().deserialize("t", bytes)).isNotNull();
            return null;
        } catch (SerializationException e) {
            return e;
        }
    }

    private static byte[] framed(Tuple2<String, Object> named) {
        return Records.framed(id(named.get1()), schema(named.get1()), named.get2());
    }

    private static Schema schema(String name) {
        return requireNonNull(PUBLISHED.get(name));
    }

    private static int id(String name) {
        return requireNonNull(IDS.get(name));
    }

    private static Object plain(String name, byte[] framed) {
        try {
            Schema schema = schema(name);
            return new GenericDatumReader<>(schema)
                    .read(
                            null,
                            DecoderFactory.get().binaryDecoder(framed, 5, framed.length - 5, null));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
