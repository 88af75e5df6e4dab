package dev.millrace.bench.child;

import dev.millrace.kit.Connection;
import dev.millrace.topics.Topics;
import dev.millrace.v1.Band;
import dev.millrace.v1.Outcome;
import dev.millrace.v1.RoutedJob;
import dev.millrace.workers.engine.Engine;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serializer;

/**
 * One slot of a share group: a consumer that takes one record at a time, because all that a share
 * consumer was given has to be acknowledged before it polls again, so that slots that finish at
 * different times need a consumer each. While a job runs its lock is renewed; a renewed record
 * comes back from the next poll.
 */
final class ShareSlot implements Runnable {
    private static final Duration POLL = Duration.ofMillis(100);

    private final Connection connection;
    private final String lane;
    private final Producer<byte[], byte[]> producer;
    private final boolean renews;
    private final CountDownLatch stopping;
    private final Engine engine = new SleepEngine();
    private final Clock clock = Clock.systemUTC();
    private final Deserializer<RoutedJob> jobs;
    private final Serializer<Outcome> outcomes;

    ShareSlot(
            Connection connection,
            String lane,
            Producer<byte[], byte[]> producer,
            boolean renews,
            CountDownLatch stopping) {
        this.connection = connection;
        this.lane = lane;
        this.producer = producer;
        this.renews = renews;
        this.stopping = stopping;
        this.jobs = connection.deserializer(Topics.lane(lane, Band.STANDARD));
        this.outcomes = connection.serializer(Topics.OUTCOMES);
    }

    @Override
    public void run() {
        try (KafkaShareConsumer<byte[], byte[]> consumer = new KafkaShareConsumer<>(settings())) {
            consumer.setAcknowledgementCommitCallback(
                    (offsets, error) -> {
                        if (error != null) {
                            System.err.println("acknowledgement refused: " + offsets + " " + error);
                        }
                    });
            consumer.subscribe(
                    Arrays.stream(Band.values())
                            .map(band -> Topics.lane(lane, band).name())
                            .toList());
            while (stopping.getCount() > 0) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                    run(consumer, record);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run(
            KafkaShareConsumer<byte[], byte[]> consumer, ConsumerRecord<byte[], byte[]> first)
            throws InterruptedException {
        CompletableFuture<Void> done =
                CompletableFuture.runAsync(() -> work(first), Thread::startVirtualThread);
        long third = consumer.acquisitionLockTimeoutMs().orElse(30_000) / 3;
        ConsumerRecord<byte[], byte[]> held = first;
        while (!finished(done, third)) {
            if (renews) {
                consumer.acknowledge(held, AcknowledgeType.RENEW);
                for (ConsumerRecord<byte[], byte[]> renewed : consumer.poll(POLL)) {
                    held = renewed;
                }
            }
        }
        try {
            consumer.acknowledge(held, AcknowledgeType.ACCEPT);
        } catch (IllegalStateException e) {
            System.err.println("acknowledgement came too late: " + e.getMessage());
        }
    }

    private static boolean finished(CompletableFuture<Void> done, long millis)
            throws InterruptedException {
        try {
            done.get(millis, TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (ExecutionException e) {
            throw new KafkaException("a job failed", e);
        }
    }

    /** Returns when the outcome is safe: only then may the record be accepted. */
    private void work(ConsumerRecord<byte[], byte[]> record) {
        RoutedJob job = jobs.deserialize(record.topic(), record.value());
        Outcome outcome = PlainOutcome.run(job, engine, "share", clock);
        try {
            producer.send(
                            new ProducerRecord<>(
                                    Topics.OUTCOMES.name(),
                                    job.getJobsPartition(),
                                    job.getTenant().getBytes(StandardCharsets.UTF_8),
                                    outcomes.serialize(Topics.OUTCOMES.name(), outcome)))
                    .get();
        } catch (InterruptedException | ExecutionException e) {
            throw new KafkaException("an outcome was not written", e);
        }
    }

    private Map<String, Object> settings() {
        Map<String, Object> settings = new HashMap<>();
        settings.put("bootstrap.servers", connection.bootstrapServers());
        settings.put("group.id", ShareMain.group(lane));
        settings.put("share.acknowledgement.mode", "explicit");
        settings.put("share.acquire.mode", "record_limit");
        settings.put("max.poll.records", "1");
        settings.put("fetch.max.wait.ms", "250");
        settings.put("retry.backoff.ms", "5");
        settings.put("key.deserializer", ByteArrayDeserializer.class.getName());
        settings.put("value.deserializer", ByteArrayDeserializer.class.getName());
        return settings;
    }
}
