package dev.millrace.serde;

import java.util.HashMap;
import java.util.Map;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serializer;

/** An {@link AvroSerializer} and an {@link AvroDeserializer}, for Kafka Streams. */
public final class AvroSerde<T extends SpecificRecord> implements Serde<T> {
    private final AvroSerializer<T> serializer = new AvroSerializer<>();
    private final AvroDeserializer<T> deserializer = new AvroDeserializer<>();

    /**
     * A configured serde for records of one class: a record of another class is a bad record.
     *
     * @param config what the serializer and the deserializer read: at least {@code
     *     schema.registry.url}; {@code mock://NAME} is a registry in memory, for tests
     */
    public static <T extends SpecificRecord> AvroSerde<T> of(
            Class<T> type, Map<String, ?> config, boolean isKey) {
        Map<String, Object> all = new HashMap<>(config);
        all.put(isKey ? "specific.avro.key.type" : "specific.avro.value.type", type);
        AvroSerde<T> serde = new AvroSerde<>();
        serde.configure(all, isKey);
        return serde;
    }

    @Override
    public void configure(Map<String, ?> configs, boolean isKey) {
        try {
            serializer.configure(configs, isKey);
            deserializer.configure(configs, isKey);
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    @Override
    public void close() {
        serializer.close();
        deserializer.close();
    }

    @Override
    public Serializer<T> serializer() {
        return serializer;
    }

    @Override
    public Deserializer<T> deserializer() {
        return deserializer;
    }
}
