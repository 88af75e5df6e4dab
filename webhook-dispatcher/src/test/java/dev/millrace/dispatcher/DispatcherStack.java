package dev.millrace.dispatcher;

import com.zaxxer.hikari.HikariDataSource;
import dev.millrace.catalog.Catalog;
import dev.millrace.catalog.CatalogEntries;
import dev.millrace.catalog.Entry;
import dev.millrace.catalog.SecretRef;
import dev.millrace.catalog.Tenant;
import dev.millrace.kit.Connection;
import dev.millrace.kit.Database;
import dev.millrace.kit.TopicCreator;
import dev.millrace.stack.testing.TestStack;
import dev.millrace.topics.Topic;
import dev.millrace.topics.TopicPlan;
import dev.millrace.topics.Topics;
import dev.millrace.v1.CatalogEntry;
import dev.millrace.v1.WebhookEvent;
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
import java.util.Optional;
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
 * The real broker, registry and database with the pipeline's topics and the dispatcher's tables;
 * one set for the run.
 */
public final class DispatcherStack {
    public static final String SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    private static final DispatcherStack SHARED = new DispatcherStack();

    public final TestStack servers = TestStack.shared().startAll();
    public final Connection connection = Connection.to(servers.bootstrap(), servers.registryUrl());
    public final Database database =
            new Database(
                    servers.jdbcUrl(), servers.dbUser(), file("password", servers.dbPassword()));
    public final Path secretFile = file("secret", SECRET);
    public final HikariDataSource pool = database.pool("dispatcher-test", 8);
    public final Jdbi jdbi = Database.jdbi(pool);
    private final KafkaProducer<String, byte[]> producer;

    private DispatcherStack() {
        try (Admin admin = Admin.create(connection.admin())) {
            new TopicCreator(admin).ensure(TopicPlan.base(TopicPlan.Cluster.local()));
        } catch (Exception e) {
            throw new IllegalStateException("the topics could not be created", e);
        }
        Database.migrate(pool, "db/webhook", "webhook");
        Map<String, Object> settings = new HashMap<>(connection.producer());
        settings.put("key.serializer", StringSerializer.class.getName());
        settings.put("value.serializer", ByteArraySerializer.class.getName());
        producer = new KafkaProducer<>(settings);
    }

    public static DispatcherStack shared() {
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

    public void send(WebhookEvent event) {
        send(Topics.WEBHOOKS, event.getTenant(), event);
    }

    public void sendBytes(String topic, String key, byte[] value) {
        try {
            producer.send(new ProducerRecord<>(topic, key, value)).get(30, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new IllegalStateException("a record was not acknowledged by " + topic, e);
        }
    }

    private <V extends SpecificRecord> void send(Topic<V> topic, String key, V value) {
        sendBytes(topic.name(), key, connection.serializer(topic).serialize(topic.name(), value));
    }

    /** Publishes a catalog with one tenant, whose webhooks are signed with {@link #SECRET}. */
    public void apply(String tenant, long version) {
        Catalog catalog =
                catalog(tenant, version, Optional.of(new SecretRef("file:" + secretFile)));
        for (Entry entry : CatalogEntries.of(catalog)) {
            send(
                    Topics.CATALOG,
                    entry.key(),
                    new CatalogEntry(entry.kind(), entry.name(), version, entry.canonicalJson()));
        }
        send(
                Topics.CATALOG,
                CatalogEntries.VERSION_KEY,
                new CatalogEntry("catalog", "version", version, "{}"));
    }

    public static Catalog catalog(String tenant, long version, Optional<SecretRef> secret) {
        return new Catalog(
                version,
                List.of(new Tenant(tenant, List.of(), List.of(), secret, Tenant.Limits.DEFAULT)),
                List.of(),
                List.of(),
                List.of());
    }

    /** The values of everything that is in a topic now. */
    public List<byte[]> read(String topic) {
        Map<String, Object> settings = new HashMap<>(connection.reader());
        settings.put("key.deserializer", ByteArrayDeserializer.class.getName());
        settings.put("value.deserializer", ByteArrayDeserializer.class.getName());
        List<byte[]> values = new ArrayList<>();
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
                for (ConsumerRecord<byte[], byte[]> record :
                        consumer.poll(Duration.ofMillis(200))) {
                    values.add(record.value());
                }
            }
        }
        return values;
    }

    /**
     * The deliveries of a tenant: {@code state}, {@code attempts}, {@code last_error} and the rest.
     */
    public List<Map<String, Object>> deliveries(String tenant) {
        return jdbi.withHandle(
                handle ->
                        handle.createQuery(
                                        "select * from webhook.delivery where tenant = :tenant order by webhook_id")
                                .bind("tenant", tenant)
                                .mapToMap()
                                .list());
    }

    public List<Map<String, Object>> attempts(String webhookId) {
        return jdbi.withHandle(
                handle ->
                        handle.createQuery(
                                        "select * from webhook.attempt where webhook_id = :id order by attempt")
                                .bind("id", webhookId)
                                .mapToMap()
                                .list());
    }

    public long count(String tenant, String state) {
        return jdbi.withHandle(
                handle ->
                        handle.createQuery(
                                        "select count(*) from webhook.delivery where tenant = :tenant and state = :state")
                                .bind("tenant", tenant)
                                .bind("state", state)
                                .mapTo(Long.class)
                                .one());
    }

    private static Path file(String name, String content) {
        try {
            Path file = Files.createTempFile("dispatcher-test-", "." + name);
            file.toFile().deleteOnExit();
            return Files.writeString(file, content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
