package dev.millrace.stack.broker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.stack.AotCache;
import dev.millrace.stack.FreePorts;
import dev.millrace.stack.JavaHome;
import dev.millrace.stack.Launcher;
import dev.millrace.stack.RunningProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(180)
class BrokerIT {

    private static final TopicPartition PARTITION = new TopicPartition("records", 0);

    @TempDir Path directory;
    private BrokerProcess spec;
    private RunningProcess broker;

    @BeforeEach
    void startOnAnEmptyDirectory() throws Exception {
        var ports = new FreePorts();
        spec =
                BrokerProcess.of(
                        new BrokerSettings(directory.resolve("data"), ports.any(), ports.any()),
                        JavaHome.resolve(),
                        AotCache.off(),
                        directory.resolve("broker.log"));
        broker = Launcher.start(spec).awaitReady();
        try (var admin = Admin.create(client())) {
            admin.createTopics(List.of(new NewTopic(PARTITION.topic(), 1, (short) 1)))
                    .all()
                    .get(20, TimeUnit.SECONDS);
        }
    }

    @AfterEach
    void stop() throws Exception {
        broker.kill();
    }

    @Test
    void whatWasAcknowledgedIsThereAfterAKill() throws Exception {
        // Given records, one of the largest kind, and one transaction committed, one aborted
        String large = "x".repeat(4 * 1024 * 1024);
        try (var producer = producer(Map.of())) {
            producer.send(new ProducerRecord<>(PARTITION.topic(), "plain")).get();
            producer.send(new ProducerRecord<>(PARTITION.topic(), large)).get();
        }
        try (var producer = producer(Map.of("transactional.id", "it"))) {
            producer.initTransactions();
            producer.beginTransaction();
            var committed = producer.send(new ProducerRecord<>(PARTITION.topic(), "committed"));
            producer.commitTransaction();
            assertThat(committed).isDone();
            producer.beginTransaction();
            var aborted = producer.send(new ProducerRecord<>(PARTITION.topic(), "aborted"));
            producer.flush();
            producer.abortTransaction();
            assertThat(aborted).isDone();
        }
        String clusterId = clusterId();

        // When
        broker.kill();
        broker = Launcher.start(spec).awaitReady();

        // Then
        assertThat(read(3)).containsExactly("plain", large, "committed");
        assertThat(clusterId()).isEqualTo(clusterId);
    }

    @Test
    void itSaysWhenItIsReadyAndStopsInGoodOrder() throws Exception {
        // When
        boolean stopped = broker.stop();

        // Then a clean stop leaves Kafka's own mark of it
        assertThat(stopped).isTrue();
        assertThat(Files.readString(spec.log()))
                .contains("broker ready bootstrap=" + spec.bootstrap());
        assertThat(directory.resolve("data").resolve(".kafka_cleanshutdown")).exists();
    }

    private List<String> read(int count) {
        var config = client();
        config.put("isolation.level", "read_committed");
        config.put("auto.offset.reset", "earliest");
        config.put("fetch.max.bytes", 16 * 1024 * 1024);
        config.put("max.partition.fetch.bytes", 8 * 1024 * 1024);
        var values = new ArrayList<String>();
        long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        try (var consumer =
                new KafkaConsumer<>(config, new StringDeserializer(), new StringDeserializer())) {
            consumer.assign(List.of(PARTITION));
            long end = consumer.endOffsets(List.of(PARTITION)).getOrDefault(PARTITION, 0L);
            while (consumer.position(PARTITION) < end && System.nanoTime() < deadline) {
                consumer.poll(Duration.ofMillis(200)).forEach(r -> values.add(r.value()));
            }
        }
        assertThat(values).hasSize(count);
        return values;
    }

    private String clusterId() throws Exception {
        try (var admin = Admin.create(client())) {
            return admin.describeCluster().clusterId().get(20, TimeUnit.SECONDS);
        }
    }

    private KafkaProducer<String, String> producer(Map<String, Object> more) {
        var config = client();
        config.put("max.request.size", 8 * 1024 * 1024);
        config.put("retry.backoff.ms", 5);
        config.putAll(more);
        return new KafkaProducer<>(config, new StringSerializer(), new StringSerializer());
    }

    private Map<String, Object> client() {
        var config = new HashMap<String, Object>();
        config.put("bootstrap.servers", spec.bootstrap());
        return config;
    }
}
