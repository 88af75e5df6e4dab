package dev.millrace.ingress;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.zaxxer.hikari.HikariDataSource;
import dev.millrace.catalog.Catalog;
import dev.millrace.catalog.CatalogEntries;
import dev.millrace.catalog.Entry;
import dev.millrace.kit.Connection;
import dev.millrace.kit.Database;
import dev.millrace.kit.TopicCreator;
import dev.millrace.serde.RegistryClient;
import dev.millrace.stack.testing.TestStack;
import dev.millrace.topics.Topic;
import dev.millrace.topics.TopicPlan;
import dev.millrace.topics.Topics;
import dev.millrace.v1.CatalogEntry;
import dev.millrace.v1.InferenceJob;
import io.micronaut.context.ApplicationContext;
import io.micronaut.runtime.server.EmbeddedServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.avro.Schema;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificDatumWriter;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.awaitility.Awaitility;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/**
 * The service on a real broker, registry and database, with a stand-in for the classifier behind
 * it.
 */
final class IngressRig implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final TopicPlan.Cluster CLUSTER = TopicPlan.Cluster.local();

    final TestStack servers = TestStack.shared().startAll();
    final Connection connection = Connection.to(servers.bootstrap(), servers.registryUrl());
    final Admin admin = Admin.create(connection.admin());
    final HikariDataSource pool;
    final Jdbi jdbi;
    final StandInClassifier classifier;
    private final Path directory;
    private final HttpClient http = HttpClient.newHttpClient();
    private final KafkaProducer<String, byte[]> producer;
    private @Nullable EmbeddedServer service;

    IngressRig() throws Exception {
        directory = Files.createTempDirectory("millrace-ingress-");
        Files.writeString(directory.resolve("db-password"), servers.dbPassword());
        Files.write(directory.resolve("id.key"), Examples.secret());
        pool =
                new Database(servers.jdbcUrl(), servers.dbUser(), directory.resolve("db-password"))
                        .pool("ingress-test", 4);
        jdbi = Database.jdbi(pool);
        org.flywaydb.core.Flyway.configure()
                .dataSource(pool)
                .locations("filesystem:../ledger-stream/src/main/resources/db/ledger")
                .schemas("ledger", "jobs")
                .load()
                .migrate();
        new TopicCreator(admin).ensure(TopicPlan.base(CLUSTER));
        Map<String, Object> settings = new HashMap<>(connection.producer());
        settings.put("key.serializer", StringSerializer.class.getName());
        settings.put("value.serializer", ByteArraySerializer.class.getName());
        producer = new KafkaProducer<>(settings);
        classifier = new StandInClassifier(connection);
        apply(Examples.CATALOG);
    }

    IngressRig startService() {
        EmbeddedServer started =
                ApplicationContext.builder(
                                Map.of(
                                        "millrace.ingress.instance", "rig",
                                        "millrace.ingress.id-key-file",
                                                directory.resolve("id.key").toString(),
                                        "millrace.ingress.schema-grace", "2s",
                                        "millrace.ingress.schema-window", "8s",
                                        "millrace.ingress.schema-halt", "4",
                                        "millrace.ingress.reply-attempts", "3",
                                        "millrace.ingress.delivery-timeout", "4s",
                                        "micronaut.server.port", "-1"))
                        .singletons(new KafkaWiring.Variables(environment()))
                        .start()
                        .getBean(EmbeddedServer.class)
                        .start();
        service = started;
        Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .until(() -> get("/health/readiness", "").statusCode() == 200);
        return this;
    }

    void stopService() {
        if (service != null) {
            service.getApplicationContext().close();
        }
    }

    /** Makes a catalog's topics, then publishes it, as the command line does. */
    void apply(Catalog catalog) throws Exception {
        List<TopicPlan> plans = new ArrayList<>();
        catalog.tenants()
                .values()
                .forEach(
                        tenant ->
                                plans.addAll(
                                        TopicPlan.tenant(
                                                tenant.name(), tenant.replies(), CLUSTER)));
        new TopicCreator(admin).ensure(plans);
        publish(catalog);
    }

    void publish(Catalog catalog) {
        for (Entry entry : CatalogEntries.of(catalog)) {
            send(
                    Topics.CATALOG,
                    entry.key(),
                    new CatalogEntry(
                            entry.kind(), entry.name(), catalog.version(), entry.canonicalJson()));
        }
        send(
                Topics.CATALOG,
                CatalogEntries.VERSION_KEY,
                new CatalogEntry("catalog", "version", catalog.version(), "{}"));
    }

    RecordMetadata post(String tenant, InferenceJob job) {
        return send(Topics.intake(tenant), "any-key", job);
    }

    <V extends SpecificRecord> RecordMetadata send(Topic<V> topic, String key, V value) {
        return sendBytes(
                topic.name(), key, connection.serializer(topic).serialize(topic.name(), value));
    }

    RecordMetadata sendBytes(String topic, String key, byte @Nullable [] value) {
        return sendBytes(new ProducerRecord<>(topic, key, value));
    }

    RecordMetadata sendBytes(ProducerRecord<String, byte[]> record) {
        try {
            return producer.send(record).get(30, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new IllegalStateException(
                    "a record was not acknowledged by " + record.topic(), e);
        }
    }

    /**
     * A job as a producer would write it whose schema has one field more, registered under the same
     * subject.
     */
    byte[] newerSchema(InferenceJob job) {
        Schema schema = new Schema.Parser().parse(InferenceJob.getClassSchema().toString());
        List<Schema.Field> fields = new ArrayList<>();
        schema.getFields().forEach(field -> fields.add(new Schema.Field(field, field.schema())));
        fields.add(new Schema.Field("added_later", Schema.create(Schema.Type.STRING), null, "x"));
        Schema newer =
                Schema.createRecord(
                        schema.getName(), schema.getDoc(), schema.getNamespace(), false, fields);
        try (RegistryClient registry =
                        RegistryClient.of(Map.of("schema.registry.url", connection.registryUrl()));
                ByteArrayOutputStream bytes = new ByteArrayOutputStream()) {
            int id = registry.register(Topics.intake("acme").subject(), newer, false);
            bytes.write(ByteBuffer.allocate(5).put((byte) 0).putInt(id).array());
            BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(bytes, null);
            new SpecificDatumWriter<>(InferenceJob.class).write(job, encoder);
            encoder.writeString("a value nobody here knows");
            encoder.flush();
            return bytes.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Everything that is committed in a topic now. */
    List<ConsumerRecord<byte[], byte[]>> read(String topic) {
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
            long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
            while (ends.entrySet().stream()
                    .anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
                if (System.nanoTime() > deadline) {
                    throw new IllegalStateException(
                            "topic=" + topic + " could not be read to its end");
                }
                consumer.poll(Duration.ofMillis(100)).forEach(records::add);
            }
        }
        return records;
    }

    /** The dead letters whose records came from these places, with their headers. */
    List<ConsumerRecord<byte[], byte[]>> deadLetters(Collection<RecordMetadata> places) {
        List<String> keys =
                places.stream()
                        .map(at -> at.topic() + "/" + at.partition() + "/" + at.offset())
                        .toList();
        return read(Topics.DEAD_LETTERS).stream()
                .filter(letter -> keys.contains(text(letter.key())))
                .toList();
    }

    HttpResponse<String> postJob(String key, String body, String... headers) {
        return post("/v1/jobs", key, body, headers);
    }

    HttpResponse<String> post(String path, String key, String body, String... headers) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(uri(path))
                        .header("Authorization", "Bearer " + key)
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString(body));
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        return exchange(request);
    }

    HttpResponse<String> get(String path, String key) {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri(path));
        return exchange(key.isEmpty() ? request : request.header("Authorization", "Bearer " + key));
    }

    HttpResponse<String> delete(String path, String key) {
        return exchange(
                HttpRequest.newBuilder(uri(path))
                        .header("Authorization", "Bearer " + key)
                        .DELETE());
    }

    static JsonNode json(HttpResponse<String> response) {
        try {
            return JSON.readTree(response.body());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static String text(byte @Nullable [] bytes) {
        return bytes == null ? "" : new String(bytes, java.nio.charset.StandardCharsets.UTF_8);
    }

    @Override
    public void close() throws Exception {
        stopService();
        classifier.close();
        producer.close();
        admin.close();
        pool.close();
        http.close();
        Files.delete(directory.resolve("db-password"));
        Files.delete(directory.resolve("id.key"));
        Files.delete(directory);
    }

    /** What a process of the service needs in its environment to run on this rig's servers. */
    Map<String, String> environment() {
        return Map.of(
                Connection.BOOTSTRAP,
                servers.bootstrap(),
                Connection.REGISTRY,
                servers.registryUrl(),
                "MILLRACE_JDBC_URL",
                servers.jdbcUrl(),
                "MILLRACE_DB_USER",
                servers.dbUser(),
                "MILLRACE_ID_KEY_FILE",
                directory.resolve("id.key").toString(),
                "MILLRACE_DB_PASSWORD_FILE",
                directory.resolve("db-password").toString());
    }

    private HttpResponse<String> exchange(HttpRequest.Builder request) {
        try {
            return http.send(
                    request.timeout(Duration.ofSeconds(30)).build(), BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private URI uri(String path) {
        if (service == null) {
            throw new IllegalStateException("the service does not run");
        }
        return URI.create(service.getURL() + path);
    }
}
