package dev.millrace.serde;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.DatumReader;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.utils.Utils;
import org.jspecify.annotations.Nullable;

/**
 * Reads what Confluent's serializers write in any language, into generated classes. The writer's
 * schema comes from the registry by the id in the record; the reader's is that of {@code
 * specific.avro.value.type} ({@code specific.avro.key.type} for keys), or of the generated class
 * that the writer's schema names. Null stays null. Safe for any number of threads.
 *
 * <p>{@link #deserialize} throws {@link RegistryUnavailableException} (the record is not at fault:
 * read it again later), {@link UnknownSchemaIdException} (the same, for a while), {@link
 * RegistryAuthorizationException} (stop), or a {@code SerializationException}: the bytes can never
 * be read. Consumers wrap each of them; {@link RegistryErrors#kindOf} tells them apart.
 */
public final class AvroDeserializer<T extends SpecificRecord> implements Deserializer<T> {
    private volatile @Nullable Setup setup;

    private record Setup(
            RegistryClient registry,
            @Nullable Class<?> type,
            BoundedCache<Integer, DatumReader<?>> readers) {}

    @Override
    public void configure(Map<String, ?> configs, boolean isKey) {
        close();
        Config config = new Config(configs);
        if (!config.flag("specific.avro.reader", true)) {
            throw new ConfigException(
                    "specific.avro.reader",
                    false,
                    "this deserializer reads generated classes only");
        }
        Class<?> type = type(config, isKey ? "specific.avro.key.type" : "specific.avro.value.type");
        if (type == null) {
            TrustedRecords.trust();
        } else {
            TrustedRecords.trust(type);
        }
        int remembered = config.integer("max.schemas.per.subject", 1_000, 1);
        setup = new Setup(RegistryClient.of(configs), type, new BoundedCache<>(remembered));
    }

    @Override
    public @Nullable T deserialize(String topic, byte @Nullable [] data) {
        return data == null ? null : record(data, 0, data.length);
    }

    /** Reads where the consumer's bytes lie, without a copy. */
    @Override
    public @Nullable T deserialize(String topic, Headers headers, @Nullable ByteBuffer data) {
        if (data == null || !data.hasArray()) {
            return deserialize(topic, headers, Utils.toNullableArray(data));
        }
        return record(data.array(), data.arrayOffset() + data.position(), data.remaining());
    }

    @Override
    public void close() {
        Setup closing = setup;
        setup = null;
        if (closing != null) {
            closing.registry().close();
        }
    }

    @SuppressWarnings("unchecked")
    private T record(byte[] bytes, int offset, int length) {
        Setup with = setup;
        if (with == null) {
            throw new IllegalStateException("the deserializer is not configured or is closed");
        }
        int schemaId = WireFormat.schemaId(bytes, offset, length);
        DatumReader<?> reader = with.readers().get(schemaId);
        if (reader == null) {
            Schema writer = with.registry().schemaById(schemaId);
            reader = with.readers().putIfAbsent(schemaId, reader(with, schemaId, writer));
        }
        try {
            Scratch scratch = Scratch.take();
            BinaryDecoder decoder = scratch.decoder(bytes, offset, length);
            Object record = reader.read(null, decoder);
            if (!decoder.isEnd()) {
                throw new AvroRuntimeException("bytes follow after the end of the record");
            }
            scratch.release();
            return (T) record;
        } catch (IOException | RuntimeException | StackOverflowError e) {
            Scratch.forget();
            throw new SerializationException(
                    "schema_id=" + schemaId + ": the bytes are not a record of that schema: " + e,
                    e);
        }
    }

    private static DatumReader<?> reader(Setup with, int schemaId, Schema writer) {
        try {
            Class<?> type = with.type() != null ? with.type() : named(schemaId, writer);
            SpecificData data = RecordModels.forReading(type);
            return data.createDatumReader(writer, data.getSchema(type));
        } catch (AvroRuntimeException | SecurityException e) {
            throw new SerializationException(
                    "schema_id=" + schemaId + ": " + writer.getFullName() + " cannot be read", e);
        }
    }

    private static Class<?> named(int schemaId, Schema writer) {
        Class<?> type =
                writer.getType() == Schema.Type.RECORD ? SpecificData.get().getClass(writer) : null;
        if (type == null || !SpecificRecord.class.isAssignableFrom(type)) {
            throw new SerializationException(
                    "schema_id="
                            + schemaId
                            + ": there is no generated class for "
                            + writer.getFullName());
        }
        return type;
    }

    private static @Nullable Class<?> type(Config config, String name) {
        Object value = config.raw(name);
        if (value == null) {
            return null;
        }
        Class<?> type = value instanceof Class<?> given ? given : loaded(name, value.toString());
        if (!SpecificRecord.class.isAssignableFrom(type)) {
            throw new ConfigException(name, type.getName(), "must be a generated Avro record");
        }
        return type;
    }

    private static Class<?> loaded(String name, String className) {
        try {
            ClassLoader context = Thread.currentThread().getContextClassLoader();
            return Class.forName(
                    className,
                    false,
                    context != null ? context : AvroDeserializer.class.getClassLoader());
        } catch (ClassNotFoundException e) {
            throw new ConfigException(name, className, "there is no such class");
        }
    }
}
