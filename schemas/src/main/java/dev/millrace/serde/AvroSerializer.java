package dev.millrace.serde;

import dev.millrace.serde.RegistryClient.SchemaVersion;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.avro.Schema;
import org.apache.avro.SchemaNormalization;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Serializer;
import org.jspecify.annotations.Nullable;

/**
 * Writes generated Avro records as Confluent's serializer does, byte for byte, and understands its
 * configuration names: {@code schema.registry.url}, {@code auto.register.schemas} (true), {@code
 * use.latest.version} (false), {@code normalize.schemas} (false), {@code
 * value.subject.name.strategy} and the registry client's. Null stays null. Safe for any number of
 * threads.
 *
 * <p>{@link #serialize} throws {@link RegistryUnavailableException} (send it again later), {@link
 * RegistryAuthorizationException} (stop), or a {@code SerializationException}: the value cannot be
 * written, or the registry refuses its schema as invalid, incompatible or not registered.
 */
public final class AvroSerializer<T extends SpecificRecord> implements Serializer<T> {
    private final Map<Class<?>, RecordWriter> writers = new ConcurrentHashMap<>();
    private volatile @Nullable Setup setup;

    private record Setup(
            RegistryClient registry,
            boolean isKey,
            SubjectNaming naming,
            boolean autoRegister,
            boolean useLatest,
            boolean normalize) {}

    @Override
    public void configure(Map<String, ?> configs, boolean isKey) {
        close();
        Config config = new Config(configs);
        SubjectNaming naming = SubjectNaming.from(config, isKey);
        boolean autoRegister = config.flag("auto.register.schemas", true);
        boolean useLatest = config.flag("use.latest.version", false);
        boolean normalize = config.flag("normalize.schemas", false);
        setup =
                new Setup(
                        RegistryClient.of(configs),
                        isKey,
                        naming,
                        autoRegister,
                        useLatest,
                        normalize);
    }

    @Override
    public byte @Nullable [] serialize(String topic, @Nullable T data) {
        if (data == null) {
            return null;
        }
        RecordWriter writer = writers.get(data.getClass());
        if (writer == null) {
            writer = writers.computeIfAbsent(data.getClass(), any -> new RecordWriter(data));
        }
        return writer.write(data, schemaId(topic, writer));
    }

    @Override
    public void close() {
        Setup closing = setup;
        setup = null;
        writers.clear();
        if (closing != null) {
            closing.registry().close();
        }
    }

    private int schemaId(String topic, RecordWriter writer) {
        Setup with = setup;
        if (with == null) {
            throw new IllegalStateException("the serializer is not configured or is closed");
        }
        if (with.useLatest() && !with.autoRegister()) {
            return latest(with, topic, writer.schema());
        }
        Integer known = writer.idsByTopic().get(topic);
        return known != null
                ? known
                : writer.idsByTopic().putIfAbsent(topic, ask(with, topic, writer.schema()));
    }

    private static int ask(Setup with, String topic, Schema schema) {
        String subject = subject(with, topic, schema);
        return with.autoRegister()
                ? with.registry().register(subject, schema, with.normalize())
                : with.registry().lookUp(subject, schema, with.normalize());
    }

    /**
     * The subject's newest schema, which must be the record's own but for documentation and
     * defaults: a generated class can only be written in its own shape.
     */
    private static int latest(Setup with, String topic, Schema schema) {
        String subject = subject(with, topic, schema);
        SchemaVersion latest = with.registry().latest(subject);
        if (SchemaNormalization.parsingFingerprint64(latest.schema())
                != SchemaNormalization.parsingFingerprint64(schema)) {
            throw new SerializationException(
                    "subject="
                            + subject
                            + ": use.latest.version is set and the newest schema, id "
                            + latest.id()
                            + ", is not the one of "
                            + schema.getFullName()
                            + " in this program");
        }
        return latest.id();
    }

    private static String subject(Setup with, String topic, Schema schema) {
        return with.naming().subject(topic, with.isKey(), schema.getFullName());
    }
}
