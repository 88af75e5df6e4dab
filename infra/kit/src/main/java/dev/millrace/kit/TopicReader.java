package dev.millrace.kit;

import dev.millrace.serde.RegistryErrors;
import dev.millrace.topics.Topic;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.Deserializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads all of some topics with a thread of its own and without a group, so that every process
 * reads everything. After an error it goes on where it was; what cannot be decoded is passed over,
 * with a line in the log, and an outage of the registry is waited out.
 */
public final class TopicReader implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(TopicReader.class);
    private static final Duration POLL = Duration.ofMillis(500);
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final Duration PAUSE_AFTER_ERROR = Duration.ofSeconds(1);
    private static final Duration CLOSE = Duration.ofSeconds(3);

    /** Takes a topic's records, on the reading thread. */
    @FunctionalInterface
    public interface Listener<V> {
        /**
         * @param value null in a tombstone
         * @param live false for what was written before the reading began
         */
        void accept(String key, @Nullable V value, boolean live);
    }

    private record Feed<V>(Deserializer<V> values, Listener<V> listener) {
        void accept(ConsumerRecord<byte[], byte[]> record, boolean live) {
            if (record.key() != null) {
                String key = new String(record.key(), StandardCharsets.UTF_8);
                byte[] value = record.value();
                listener.accept(
                        key,
                        value == null ? null : values.deserialize(record.topic(), value),
                        live);
            }
        }
    }

    private final Supplier<Consumer<byte[], byte[]>> consumers;
    private final Connection connection;
    private final Optional<Duration> lookBack;
    private final Clock clock;
    private final Map<String, Feed<?>> feeds = new HashMap<>();
    private final Map<TopicPartition, Long> positions = new HashMap<>();
    private final Map<TopicPartition, Long> liveFrom = new HashMap<>();
    private final CountDownLatch stopping = new CountDownLatch(1);
    private final Thread thread;

    /**
     * @param lookBack how far in the past it begins; empty for the beginning of the topics
     */
    TopicReader(
            String name,
            Connection connection,
            Supplier<Consumer<byte[], byte[]>> consumers,
            Optional<Duration> lookBack,
            Clock clock) {
        this.connection = connection;
        this.consumers = consumers;
        this.lookBack = lookBack;
        this.clock = clock;
        this.thread = Thread.ofPlatform().name("read-" + name).daemon().unstarted(this::run);
    }

    /** Begins with the first record that is there, as a reader of a compacted topic does. */
    public static TopicReader fromTheBeginning(String name, Connection connection) {
        return new TopicReader(
                name,
                connection,
                () -> new KafkaConsumer<>(settings(name, connection, "earliest")),
                Optional.empty(),
                Clock.systemUTC());
    }

    /** Begins with what was written a short while ago. */
    public static TopicReader since(
            Duration lookBack, String name, Connection connection, Clock clock) {
        return new TopicReader(
                name,
                connection,
                () -> new KafkaConsumer<>(settings(name, connection, "latest")),
                Optional.of(lookBack),
                clock);
    }

    /** Plain bytes, so that one that cannot be decoded does not stop the poll. */
    private static Map<String, Object> settings(String name, Connection connection, String reset) {
        Map<String, Object> settings = new HashMap<>(connection.reader());
        settings.put("client.id", "read-" + name);
        settings.put("auto.offset.reset", reset);
        settings.put("allow.auto.create.topics", "false");
        settings.put("fetch.max.bytes", Integer.toString(1024 * 1024));
        settings.put("key.deserializer", ByteArrayDeserializer.class.getName());
        settings.put("value.deserializer", ByteArrayDeserializer.class.getName());
        return settings;
    }

    /** Reads a topic too; before the start. */
    public <V extends SpecificRecord> TopicReader of(Topic<V> topic, Listener<V> listener) {
        return of(topic.name(), connection.deserializer(topic), listener);
    }

    <V> TopicReader of(String topic, Deserializer<V> values, Listener<V> listener) {
        feeds.put(topic, new Feed<>(values, listener));
        return this;
    }

    public TopicReader start() {
        thread.start();
        return this;
    }

    @Override
    public void close() {
        stopping.countDown();
        try {
            thread.join(CLOSE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        while (stopping.getCount() > 0) {
            try (Consumer<byte[], byte[]> consumer = consumers.get()) {
                read(consumer);
            } catch (InterruptException e) {
                return;
            } catch (KafkaException e) {
                LOG.warn(
                        "topics={} state=unreadable retry_in_ms={} error={}",
                        feeds.keySet(),
                        PAUSE_AFTER_ERROR.toMillis(),
                        e.toString());
                pause();
            }
        }
    }

    private void read(Consumer<byte[], byte[]> consumer) {
        List<TopicPartition> partitions = new ArrayList<>();
        feeds.keySet().forEach(topic -> partitions.addAll(partitions(consumer, topic)));
        consumer.assign(partitions);
        seek(consumer, partitions);
        while (stopping.getCount() > 0) {
            consumer.poll(POLL).forEach(this::accept);
        }
    }

    private static List<TopicPartition> partitions(
            Consumer<byte[], byte[]> consumer, String topic) {
        List<TopicPartition> partitions =
                consumer.partitionsFor(topic, TIMEOUT).stream()
                        .map(info -> new TopicPartition(info.topic(), info.partition()))
                        .toList();
        if (partitions.isEmpty()) {
            throw new KafkaException("topic " + topic + " is not there");
        }
        return partitions;
    }

    private void seek(Consumer<byte[], byte[]> consumer, List<TopicPartition> partitions) {
        Map<TopicPartition, Long> ends = consumer.endOffsets(partitions, TIMEOUT);
        Map<TopicPartition, Long> first = first(consumer, partitions, ends);
        for (TopicPartition partition : partitions) {
            liveFrom.putIfAbsent(partition, ends.getOrDefault(partition, 0L));
            positions.putIfAbsent(partition, first.getOrDefault(partition, 0L));
            consumer.seek(partition, positions.getOrDefault(partition, 0L));
        }
    }

    private Map<TopicPartition, Long> first(
            Consumer<byte[], byte[]> consumer,
            List<TopicPartition> partitions,
            Map<TopicPartition, Long> ends) {
        if (lookBack.isEmpty()) {
            return consumer.beginningOffsets(partitions, TIMEOUT);
        }
        long from = clock.instant().minus(lookBack.get()).toEpochMilli();
        Map<TopicPartition, Long> times = new HashMap<>();
        partitions.forEach(partition -> times.put(partition, from));
        Map<TopicPartition, OffsetAndTimestamp> found = consumer.offsetsForTimes(times, TIMEOUT);
        Map<TopicPartition, Long> first = new HashMap<>(ends);
        found.forEach(
                (partition, at) -> {
                    if (at != null) {
                        first.put(partition, at.offset());
                    }
                });
        return first;
    }

    private void accept(ConsumerRecord<byte[], byte[]> record) {
        TopicPartition partition = new TopicPartition(record.topic(), record.partition());
        Feed<?> feed = feeds.get(record.topic());
        try {
            if (feed != null) {
                feed.accept(record, record.offset() >= liveFrom.getOrDefault(partition, 0L));
            }
        } catch (KafkaException e) {
            if (RegistryErrors.isOutage(e)) {
                throw e;
            }
            LOG.warn(
                    "topic={} partition={} offset={} state=bad_record error={}",
                    record.topic(),
                    record.partition(),
                    record.offset(),
                    e.toString());
        }
        positions.put(partition, record.offset() + 1);
    }

    private void pause() {
        try {
            boolean stopped = stopping.await(PAUSE_AFTER_ERROR.toMillis(), TimeUnit.MILLISECONDS);
            LOG.debug("topics={} state=retrying stopped={}", feeds.keySet(), stopped);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            stopping.countDown();
        }
    }
}
