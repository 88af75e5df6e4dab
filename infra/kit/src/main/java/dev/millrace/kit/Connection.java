package dev.millrace.kit;

import dev.millrace.serde.AvroDeserializer;
import dev.millrace.serde.AvroSerializer;
import dev.millrace.topics.Topic;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.common.utils.Utils;

/**
 * How to reach Kafka and the schema registry, and the client settings that were measured to suit
 * the pipeline.
 *
 * <p>From the environment: {@code MILLRACE_BOOTSTRAP_SERVERS}, {@code MILLRACE_SCHEMA_REGISTRY_URL}
 * and, for anything else (SASL, registry credentials, other serde classes under {@code
 * value.serializer} and {@code value.deserializer}), a properties file named by {@code
 * MILLRACE_CLIENT_PROPERTIES} that is laid over every client's settings.
 *
 * @param overrides client settings that win over ours
 */
public record Connection(
        String bootstrapServers, String registryUrl, Map<String, String> overrides) {
    public static final String BOOTSTRAP = "MILLRACE_BOOTSTRAP_SERVERS";
    public static final String REGISTRY = "MILLRACE_SCHEMA_REGISTRY_URL";
    public static final String CLIENT_PROPERTIES = "MILLRACE_CLIENT_PROPERTIES";

    /** The largest record: a result of 4 MiB with its framing. */
    private static final String MAX_REQUEST = Integer.toString(5 * 1024 * 1024);

    public Connection {
        overrides = Map.copyOf(overrides);
    }

    public static Connection to(String bootstrapServers, String registryUrl) {
        return new Connection(bootstrapServers, registryUrl, Map.of());
    }

    /**
     * Reads the environment; {@code localhost:9092} and {@code http://localhost:8081} where it says
     * nothing.
     */
    public static Connection fromEnvironment(Map<String, String> environment) {
        String file = environment.get(CLIENT_PROPERTIES);
        return new Connection(
                environment.getOrDefault(BOOTSTRAP, "localhost:9092"),
                environment.getOrDefault(REGISTRY, "http://localhost:8081"),
                file == null ? Map.of() : read(Path.of(file)));
    }

    /** Settings of the admin client. */
    public Map<String, Object> admin() {
        Map<String, Object> settings = common();
        settings.put("default.api.timeout.ms", "15000");
        settings.put("request.timeout.ms", "10000");
        settings.putAll(overrides);
        return settings;
    }

    /**
     * An idempotent producer, {@code acks=all}; string keys, Avro values. Not compressed, because
     * not every client can read every codec (kafkajs reads none but gzip): {@code compression.type}
     * is for those who know all their readers.
     */
    public Map<String, Object> producer() {
        Map<String, Object> settings = common();
        settings.put("acks", "all");
        settings.put("enable.idempotence", "true");
        settings.put("linger.ms", "1");
        settings.put("max.request.size", MAX_REQUEST);
        settings.put("delivery.timeout.ms", "60000");
        settings.put("request.timeout.ms", "15000");
        settings.put("key.serializer", StringSerializer.class.getName());
        settings.put("value.serializer", AvroSerializer.class.getName());
        settings.putAll(overrides);
        return settings;
    }

    /** A consumer of a KIP-848 group that commits by hand; string keys, Avro values. */
    public Map<String, Object> consumer(String group) {
        Map<String, Object> settings = reader();
        settings.put("group.id", group);
        settings.put("group.protocol", "consumer");
        settings.putAll(overrides);
        return settings;
    }

    /**
     * A consumer without a group, which assigns itself partitions; reads committed records only.
     */
    public Map<String, Object> reader() {
        Map<String, Object> settings = common();
        settings.put("enable.auto.commit", "false");
        settings.put("auto.offset.reset", "earliest");
        settings.put("isolation.level", "read_committed");
        settings.put("fetch.max.wait.ms", "250");
        settings.put("key.deserializer", StringDeserializer.class.getName());
        settings.put("value.deserializer", AvroDeserializer.class.getName());
        settings.putAll(overrides);
        return settings;
    }

    /**
     * A Kafka Streams application with exactly-once processing. The classic group protocol, because
     * the streams protocol refuses a topology that gained a source or a store, which would block
     * every upgrade.
     *
     * @param stateDirectory where its stores live
     */
    public Map<String, Object> streams(String applicationId, Path stateDirectory) {
        Map<String, Object> settings = common();
        settings.put("application.id", applicationId);
        settings.put("state.dir", stateDirectory.toString());
        settings.put("processing.guarantee", "exactly_once_v2");
        settings.put("commit.interval.ms", "50");
        settings.put("poll.ms", "25");
        settings.put("group.protocol", "classic");
        settings.put("num.stream.threads", "1");
        settings.put("replication.factor", "-1");
        settings.put("ensure.explicit.internal.resource.naming", "true");
        // a commit sends what lingers
        settings.put("producer.linger.ms", "20");
        settings.put("producer.max.request.size", MAX_REQUEST);
        settings.put("producer.retry.backoff.ms", "5");
        settings.put("consumer.auto.offset.reset", "earliest");
        settings.put("consumer.session.timeout.ms", "10000");
        settings.put("consumer.heartbeat.interval.ms", "1000");
        settings.putAll(overrides);
        return settings;
    }

    /** A serializer of a topic's values, of the configured class. */
    @SuppressWarnings("unchecked")
    public <V extends SpecificRecord> Serializer<V> serializer(Topic<V> topic) {
        Serializer<V> serializer =
                instance(className(producer(), "value.serializer"), Serializer.class);
        serializer.configure(serde(), false);
        return serializer;
    }

    /**
     * A deserializer of a topic's values, of the configured class; a record of another type is a
     * bad record.
     */
    @SuppressWarnings("unchecked")
    public <V extends SpecificRecord> Deserializer<V> deserializer(Topic<V> topic) {
        Deserializer<V> deserializer =
                instance(className(reader(), "value.deserializer"), Deserializer.class);
        Map<String, Object> settings = serde();
        settings.put("specific.avro.value.type", topic.value().getName());
        deserializer.configure(settings, false);
        return deserializer;
    }

    private Map<String, Object> serde() {
        Map<String, Object> settings = new HashMap<>(registry());
        settings.putAll(overrides);
        return settings;
    }

    private Map<String, Object> common() {
        Map<String, Object> settings = new HashMap<>(registry());
        settings.put("bootstrap.servers", bootstrapServers);
        settings.put("retry.backoff.ms", "5");
        settings.put("reconnect.backoff.max.ms", "500");
        settings.put("metadata.max.age.ms", "10000");
        return settings;
    }

    private Map<String, Object> registry() {
        return Map.of("schema.registry.url", registryUrl, "specific.avro.reader", "true");
    }

    private static String className(Map<String, Object> settings, String key) {
        return String.valueOf(settings.get(key));
    }

    private static <T> T instance(String className, Class<T> type) {
        try {
            return Utils.newInstance(className, type);
        } catch (ClassNotFoundException e) {
            throw new IllegalArgumentException(className + " is not on the class path", e);
        }
    }

    private static Map<String, String> read(Path file) {
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(file)) {
            properties.load(reader);
        } catch (IOException e) {
            throw new UncheckedIOException(CLIENT_PROPERTIES + " names an unreadable file", e);
        }
        Map<String, String> settings = new HashMap<>();
        properties
                .stringPropertyNames()
                .forEach(key -> settings.put(key, properties.getProperty(key)));
        return settings;
    }
}
