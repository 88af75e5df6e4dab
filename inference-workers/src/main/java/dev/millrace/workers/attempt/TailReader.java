package dev.millrace.workers.attempt;

import dev.millrace.kit.Connection;
import dev.millrace.serde.RegistryErrors;
import dev.millrace.topics.Topic;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.RecordDeserializationException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads all of a topic from a short while ago on, without a group: every worker reads everything.
 * After an error it goes on where it was.
 */
public final class TailReader<V extends SpecificRecord> implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(TailReader.class);
    private static final Duration POLL = Duration.ofMillis(500);
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final Duration PAUSE_AFTER_ERROR = Duration.ofSeconds(1);

    /** Takes records on the reading thread. */
    @FunctionalInterface
    public interface Listener<V> {
        /**
         * @param record its value is null in a tombstone
         * @param live false for what was written before the reading began
         */
        void accept(ConsumerRecord<String, V> record, boolean live);
    }

    private final Connection connection;
    private final Topic<V> topic;
    private final Duration lookBack;
    private final Listener<V> listener;
    private final Clock clock;
    private final Map<TopicPartition, Long> positions = new HashMap<>();
    private final Map<TopicPartition, Long> liveFrom = new HashMap<>();
    private final CountDownLatch stopping = new CountDownLatch(1);
    private final Thread thread;

    /**
     * @param lookBack how far in the past it begins
     */
    public TailReader(
            Connection connection,
            Topic<V> topic,
            Duration lookBack,
            Listener<V> listener,
            Clock clock) {
        this.connection = connection;
        this.topic = topic;
        this.lookBack = lookBack;
        this.listener = listener;
        this.clock = clock;
        this.thread =
                Thread.ofPlatform().name("tail-" + topic.name()).daemon().unstarted(this::run);
    }

    public TailReader<V> start() {
        thread.start();
        return this;
    }

    @Override
    public void close() {
        stopping.countDown();
        try {
            thread.join(Duration.ofSeconds(3));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        while (stopping.getCount() > 0) {
            try {
                read();
            } catch (InterruptException e) {
                return;
            } catch (KafkaException e) {
                LOG.warn(
                        "topic={} state=unreadable retry_in_ms={} error={}",
                        topic.name(),
                        PAUSE_AFTER_ERROR.toMillis(),
                        e.toString());
                pause();
            }
        }
    }

    private void read() {
        Map<String, Object> settings = new HashMap<>(connection.reader());
        settings.put("client.id", "tail-" + topic.name());
        settings.put("auto.offset.reset", "latest");
        settings.put("allow.auto.create.topics", "false");
        settings.put("fetch.max.bytes", Integer.toString(1024 * 1024));
        try (KafkaConsumer<String, V> consumer = new KafkaConsumer<>(settings)) {
            List<TopicPartition> partitions =
                    consumer.partitionsFor(topic.name(), TIMEOUT).stream()
                            .map(info -> new TopicPartition(info.topic(), info.partition()))
                            .toList();
            if (partitions.isEmpty()) {
                throw new KafkaException("topic " + topic.name() + " is not there");
            }
            consumer.assign(partitions);
            seek(consumer, partitions);
            while (stopping.getCount() > 0) {
                poll(consumer);
            }
        }
    }

    private void poll(KafkaConsumer<String, V> consumer) {
        try {
            consumer.poll(POLL).forEach(this::accept);
        } catch (RecordDeserializationException e) {
            if (RegistryErrors.isOutage(e)) {
                throw e;
            }
            LOG.warn(
                    "topic={} partition={} offset={} state=bad_record",
                    e.topicPartition().topic(),
                    e.topicPartition().partition(),
                    e.offset());
            consumer.seek(e.topicPartition(), e.offset() + 1);
        }
    }

    private void accept(ConsumerRecord<String, V> record) {
        TopicPartition partition = new TopicPartition(record.topic(), record.partition());
        boolean live = record.offset() >= liveFrom.getOrDefault(partition, 0L);
        listener.accept(record, live);
        positions.put(partition, record.offset() + 1);
    }

    private void seek(KafkaConsumer<String, V> consumer, List<TopicPartition> partitions) {
        long from = clock.instant().minus(lookBack).toEpochMilli();
        Map<TopicPartition, Long> times = new HashMap<>();
        partitions.forEach(partition -> times.put(partition, from));
        Map<TopicPartition, OffsetAndTimestamp> found = consumer.offsetsForTimes(times, TIMEOUT);
        Map<TopicPartition, Long> ends = consumer.endOffsets(partitions, TIMEOUT);
        for (TopicPartition partition : partitions) {
            long end = ends.getOrDefault(partition, 0L);
            OffsetAndTimestamp first = found.get(partition);
            positions.putIfAbsent(partition, first == null ? end : first.offset());
            liveFrom.putIfAbsent(partition, end);
            consumer.seek(partition, positions.getOrDefault(partition, end));
        }
    }

    private void pause() {
        try {
            boolean stopped = stopping.await(PAUSE_AFTER_ERROR.toMillis(), TimeUnit.MILLISECONDS);
            LOG.debug("topic={} state=retrying stopped={}", topic.name(), stopped);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            stopping.countDown();
        }
    }
}
