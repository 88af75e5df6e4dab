package dev.millrace.ledger;

import com.zaxxer.hikari.HikariDataSource;
import dev.millrace.catalog.Catalog;
import dev.millrace.catalog.CatalogEntries;
import dev.millrace.catalog.Entry;
import dev.millrace.kit.Connection;
import dev.millrace.kit.Database;
import dev.millrace.kit.TopicCreator;
import dev.millrace.stack.testing.TestStack;
import dev.millrace.topics.Topic;
import dev.millrace.topics.TopicPlan;
import dev.millrace.topics.Topics;
import dev.millrace.v1.CatalogEntry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jdbi.v3.core.Jdbi;

/**
 * The real broker, registry and database with the pipeline's topics and the ledger's tables; one
 * set for the run.
 */
public final class LedgerStack {
    private static final LedgerStack SHARED = new LedgerStack();

    public final TestStack servers = TestStack.shared().startAll();
    public final Connection connection = Connection.to(servers.bootstrap(), servers.registryUrl());
    public final Database database =
            new Database(servers.jdbcUrl(), servers.dbUser(), passwordFile(servers));
    public final HikariDataSource pool = database.pool("ledger-test", 8);
    public final Jdbi jdbi = Database.jdbi(pool);
    private final KafkaProducer<String, byte[]> producer;

    private LedgerStack() {
        try (Admin admin = Admin.create(connection.admin())) {
            new TopicCreator(admin).ensure(TopicPlan.base(TopicPlan.Cluster.local()));
        } catch (Exception e) {
            throw new IllegalStateException("the topics could not be created", e);
        }
        Database.migrate(pool, "db/ledger", "ledger", "jobs");
        Map<String, Object> settings = new HashMap<>(connection.producer());
        settings.put("key.serializer", StringSerializer.class.getName());
        settings.put("value.serializer", ByteArraySerializer.class.getName());
        producer = new KafkaProducer<>(settings);
    }

    public static LedgerStack shared() {
        return SHARED;
    }

    /** What the service finds in its environment when it runs on these servers. */
    Map<String, String> environment() {
        return new HashMap<>(
                Map.of(
                        "MILLRACE_BOOTSTRAP_SERVERS", connection.bootstrapServers(),
                        "MILLRACE_SCHEMA_REGISTRY_URL", connection.registryUrl(),
                        "MILLRACE_JDBC_URL", database.jdbcUrl(),
                        "MILLRACE_DB_USER", database.user(),
                        "MILLRACE_DB_PASSWORD_FILE", database.passwordFile().toString()));
    }

    public <V extends SpecificRecord> void send(Topic<V> topic, String key, V value) {
        sendBytes(topic.name(), key, connection.serializer(topic).serialize(topic.name(), value));
    }

    public void sendBytes(String topic, String key, byte[] value) {
        try {
            producer.send(new ProducerRecord<>(topic, key, value)).get(30, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new IllegalStateException("a record was not acknowledged by " + topic, e);
        }
    }

    /** Publishes a catalog as {@code apply} does. */
    public void apply(Catalog catalog) {
        List<Entry> entries = CatalogEntries.of(catalog);
        for (Entry entry : entries) {
            send(
                    Topics.CATALOG,
                    entry.key(),
                    new CatalogEntry(
                            entry.kind(), entry.name(), catalog.version(), entry.canonicalJson()));
        }
        if (entries.stream().noneMatch(entry -> entry.key().equals(CatalogEntries.VERSION_KEY))) {
            send(
                    Topics.CATALOG,
                    CatalogEntries.VERSION_KEY,
                    new CatalogEntry("catalog", "version", catalog.version(), "{}"));
        }
    }

    /** Everything that is committed in a topic now. */
    public List<ConsumerRecord<byte[], byte[]>> read(String topic) {
        Map<String, Object> settings = new HashMap<>(connection.reader());
        settings.put("key.deserializer", ByteArrayDeserializer.class.getName());
        settings.put("value.deserializer", ByteArrayDeserializer.class.getName());
        List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(settings)) {
            List<TopicPartition> partitions =
                    consumer.partitionsFor(topic).stream()
                            .map(info -> new TopicPartition(topic, info.partition()))
                            .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            Instant deadline = Instant.now().plusSeconds(20);
            while (ends.entrySet().stream()
                    .anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
                if (Instant.now().isAfter(deadline)) {
                    throw new IllegalStateException(
                            "topic=" + topic + " could not be read to its end");
                }
                consumer.poll(Duration.ofMillis(200)).forEach(records::add);
            }
        }
        return records;
    }

    public long count(String sql, String tenant) {
        return jdbi.withHandle(
                handle -> handle.createQuery(sql).bind("tenant", tenant).mapTo(Long.class).one());
    }

    private static Path passwordFile(TestStack servers) {
        try {
            Path file = Files.createTempFile("ledger-test-", ".password");
            file.toFile().deleteOnExit();
            return Files.writeString(file, servers.dbPassword());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
