package dev.millrace.ingress.broker;

import dev.millrace.ingress.IngressSettings;
import dev.millrace.kit.Connection;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * The settings of this service's Kafka clients: the shared ones, with bounds that suit a small
 * heap.
 */
public final class Clients {
    private static final String SOME_MEMORY = Integer.toString(16 * 1024 * 1024);
    private static final String FETCH = Integer.toString(8 * 1024 * 1024);

    /** Whoever waits for the registry here can wait outside it too, and try again. */
    private static final Map<String, String> ASK_BRIEFLY =
            Map.of(
                    "max.retries", "0",
                    "http.connect.timeout.ms", "1000",
                    "http.read.timeout.ms", "3000");

    private final Connection connection;
    private final IngressSettings settings;

    public Clients(Connection connection, IngressSettings settings) {
        this.connection = connection;
        this.settings = settings;
    }

    /** String keys and Avro values; a send that cannot begin fails within {@code maxBlockMs}. */
    public Properties producer(String name, int maxBlockMs) {
        Map<String, Object> config = new HashMap<>(connection.producer());
        config.putAll(ASK_BRIEFLY);
        long delivery = settings.deliveryTimeout().toMillis();
        config.put("client.id", clientId(name));
        config.put("delivery.timeout.ms", Long.toString(delivery));
        config.put("request.timeout.ms", Long.toString(delivery / 2));
        config.put("max.block.ms", Integer.toString(maxBlockMs));
        config.put("buffer.memory", SOME_MEMORY);
        config.putAll(connection.overrides());
        Properties properties = new Properties();
        properties.putAll(config);
        return properties;
    }

    /** The same for bytes as they are. */
    public Properties bytesProducer(String name, int maxBlockMs) {
        Properties properties = producer(name, maxBlockMs);
        properties.put("key.serializer", ByteArraySerializer.class.getName());
        properties.put("value.serializer", ByteArraySerializer.class.getName());
        return properties;
    }

    /** A group's consumer of bytes, so that what cannot be decoded is still in hand. */
    public Map<String, Object> bytesConsumer(String group, String name) {
        Map<String, Object> config = new HashMap<>(connection.consumer(group));
        config.put("client.id", clientId(name));
        config.put("fetch.max.bytes", FETCH);
        config.put("max.poll.records", "500");
        config.putAll(connection.overrides());
        config.put("key.deserializer", ByteArrayDeserializer.class.getName());
        config.put("value.deserializer", ByteArrayDeserializer.class.getName());
        return config;
    }

    /** A consumer without a group, of Avro values. */
    public Map<String, Object> reader(String name) {
        Map<String, Object> config = new HashMap<>(connection.reader());
        config.put("client.id", clientId(name));
        return config;
    }

    /** A consumer without a group, of bytes. */
    public Map<String, Object> bytesReader(String name) {
        Map<String, Object> config = reader(name);
        config.put("key.deserializer", ByteArrayDeserializer.class.getName());
        config.put("value.deserializer", ByteArrayDeserializer.class.getName());
        return config;
    }

    /**
     * A connection whose deserializers read one type, and ask the registry once and not for long.
     */
    public Connection impatient(Class<?> type) {
        Map<String, String> overrides = new HashMap<>(ASK_BRIEFLY);
        overrides.put("specific.avro.value.type", type.getName());
        overrides.putAll(connection.overrides());
        return new Connection(connection.bootstrapServers(), connection.registryUrl(), overrides);
    }

    private String clientId(String name) {
        return "millrace-ingress-" + name + "-" + settings.instance();
    }
}
