package dev.millrace.bench.child;

import dev.millrace.kit.Connection;
import dev.millrace.topics.Topics;
import dev.millrace.v1.Band;
import dev.millrace.v1.Outcome;
import dev.millrace.v1.RoutedJob;
import dev.millrace.workers.engine.EchoEngine;
import dev.millrace.workers.engine.Engine;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serializer;

/**
 * What anybody would write at least: consume, call the engine, produce, commit now and then, one
 * record after the other on one thread. Nothing is lost when it dies, as long as everything it does
 * is quick; it has no slots, deadlines, cancellation, retries, metrics or bands.
 */
final class BareLoop implements Runnable {
    private static final Duration COMMIT = Duration.ofMillis(100);
    private static final Duration POLL = Duration.ofMillis(100);

    private final Connection connection;
    private final String lane;
    private final Engine engine;
    private final CountDownLatch assigned;
    private final CountDownLatch stopping;
    private final Clock clock = Clock.systemUTC();
    private final Map<TopicPartition, OffsetAndMetadata> pending = new HashMap<>();
    private long lastCommit = System.nanoTime();

    /**
     * @param assigned counted down when it has partitions to read
     * @param stopping ends it when it reaches zero
     */
    BareLoop(
            Connection connection,
            String lane,
            Duration delay,
            CountDownLatch assigned,
            CountDownLatch stopping) {
        this.connection = connection;
        this.lane = lane;
        this.engine = new EchoEngine(delay, System::nanoTime);
        this.assigned = assigned;
        this.stopping = stopping;
    }

    @Override
    public void run() {
        Deserializer<RoutedJob> jobs = connection.deserializer(Topics.lane(lane, Band.STANDARD));
        Serializer<Outcome> outcomes = connection.serializer(Topics.OUTCOMES);
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(consumerSettings());
                KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(producerSettings())) {
            consumer.subscribe(
                    Arrays.stream(Band.values())
                            .map(band -> Topics.lane(lane, band).name())
                            .toList());
            while (stopping.getCount() > 0) {
                var records = consumer.poll(POLL);
                for (ConsumerRecord<byte[], byte[]> record : records) {
                    RoutedJob job = jobs.deserialize(record.topic(), record.value());
                    Outcome outcome = PlainOutcome.run(job, engine, "bare", clock);
                    send(
                            producer,
                            new ProducerRecord<>(
                                    Topics.OUTCOMES.name(),
                                    job.getJobsPartition(),
                                    job.getTenant().getBytes(StandardCharsets.UTF_8),
                                    outcomes.serialize(Topics.OUTCOMES.name(), outcome)));
                }
                pending.putAll(records.nextOffsets());
                commitIfDue(consumer, producer);
                if (assigned.getCount() > 0 && !consumer.assignment().isEmpty()) {
                    assigned.countDown();
                }
            }
        }
    }

    private static void send(
            KafkaProducer<byte[], byte[]> producer, ProducerRecord<byte[], byte[]> record) {
        var sent =
                producer.send(
                        record,
                        (metadata, error) -> {
                            if (error != null) {
                                System.err.println("an outcome was lost: " + error);
                                Runtime.getRuntime().halt(1);
                            }
                        });
        if (sent.isCancelled()) {
            throw new IllegalStateException("an outcome could not be sent");
        }
    }

    private void commitIfDue(
            KafkaConsumer<byte[], byte[]> consumer, KafkaProducer<byte[], byte[]> producer) {
        if (pending.isEmpty() || System.nanoTime() - lastCommit < COMMIT.toNanos()) {
            return;
        }
        producer.flush();
        consumer.commitAsync(Map.copyOf(pending), null);
        pending.clear();
        lastCommit = System.nanoTime();
    }

    private Map<String, Object> consumerSettings() {
        Map<String, Object> settings = new HashMap<>(connection.consumer(Topics.laneGroup(lane)));
        settings.put("key.deserializer", ByteArrayDeserializer.class.getName());
        settings.put("value.deserializer", ByteArrayDeserializer.class.getName());
        return settings;
    }

    private Map<String, Object> producerSettings() {
        Map<String, Object> settings = new HashMap<>(connection.producer());
        settings.put("key.serializer", ByteArraySerializer.class.getName());
        settings.put("value.serializer", ByteArraySerializer.class.getName());
        return settings;
    }
}
