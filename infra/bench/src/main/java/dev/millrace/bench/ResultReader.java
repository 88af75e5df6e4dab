package dev.millrace.bench;

import dev.millrace.bench.Line.Mark;
import dev.millrace.bench.Line.Marks;
import dev.millrace.kit.Connection;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Notes when each result of a round is first seen by a reader that waits at the end of the results
 * and sees committed records only.
 */
final class ResultReader implements AutoCloseable {
    private final int run;
    private final long[] seen;
    private final AtomicInteger duplicates = new AtomicInteger();
    private final AtomicReference<RuntimeException> failure = new AtomicReference<>();
    private final CountDownLatch missing;
    private final CountDownLatch ready = new CountDownLatch(1);
    private final CountDownLatch stopping = new CountDownLatch(1);
    private final Thread thread;

    /** Returns when it stands at the end: everything that comes now is seen. */
    ResultReader(Line line, Connection connection, int run, int jobs) throws InterruptedException {
        this.run = run;
        this.seen = new long[jobs];
        this.missing = new CountDownLatch(jobs);
        this.thread =
                Thread.ofPlatform()
                        .name("results")
                        .daemon()
                        .start(
                                () -> {
                                    try {
                                        follow(line, connection);
                                    } catch (RuntimeException e) {
                                        failure.set(e);
                                    }
                                    ready.countDown();
                                });
        if (!ready.await(20, TimeUnit.SECONDS)) {
            throw new IllegalStateException("the results could not be read");
        }
    }

    /** When each was seen. */
    long[] await(Duration patience) throws InterruptedException, TimeoutException {
        long end = System.nanoTime() + patience.toNanos();
        while (!missing.await(100, TimeUnit.MILLISECONDS)) {
            if (failure.get() != null) {
                throw failure.get();
            }
            if (System.nanoTime() > end) {
                throw new TimeoutException(
                        "%d of %d results were not there after %d s"
                                .formatted(missing.getCount(), seen.length, patience.toSeconds()));
            }
        }
        if (duplicates.get() > 0) {
            throw new IllegalStateException(duplicates.get() + " results came twice");
        }
        return seen;
    }

    @Override
    public void close() {
        stopping.countDown();
        try {
            thread.join(Duration.ofSeconds(5));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void follow(Line line, Connection connection) {
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(bytes(connection))) {
            List<TopicPartition> partitions = partitions(consumer, line, Stage.RESULTS);
            consumer.assign(partitions);
            consumer.seekToEnd(partitions);
            partitions.forEach(consumer::position);
            ready.countDown();
            Marks marks = line.marks();
            while (stopping.getCount() > 0) {
                var records = consumer.poll(Duration.ofMillis(100));
                long now = System.nanoTime();
                for (ConsumerRecord<byte[], byte[]> record : records) {
                    accept(marks.of(Stage.RESULTS, record.value()), now);
                }
            }
        }
    }

    private void accept(Optional<Mark> mark, long now) {
        if (mark.isEmpty() || mark.get().run() != run) {
            return;
        }
        int job = mark.get().index();
        if (seen[job] == 0) {
            seen[job] = now;
            missing.countDown();
        } else {
            duplicates.incrementAndGet();
        }
    }

    /** A reader of committed records, undecoded. */
    static Map<String, Object> bytes(Connection connection) {
        Map<String, Object> settings = new HashMap<>(connection.reader());
        settings.put("key.deserializer", ByteArrayDeserializer.class.getName());
        settings.put("value.deserializer", ByteArrayDeserializer.class.getName());
        return settings;
    }

    static List<TopicPartition> partitions(
            KafkaConsumer<byte[], byte[]> consumer, Line line, Stage stage) {
        return line.topics(stage).stream()
                .flatMap(topic -> consumer.partitionsFor(topic).stream())
                .map(info -> new TopicPartition(info.topic(), info.partition()))
                .toList();
    }
}
