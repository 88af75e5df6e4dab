package dev.millrace.classifier.service;

import dev.millrace.classifier.fair.LaneBoard;
import dev.millrace.kit.Connection;
import dev.millrace.serde.RegistryErrors;
import dev.millrace.topics.Topic;
import dev.millrace.topics.Topics;
import dev.millrace.v1.LaneStatus;
import dev.millrace.v1.TenantStatus;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.Deserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads what workers and tasks say of themselves into the {@link LaneBoard}, all of it and by a
 * thread of its own. Nobody waits for it: what it could not read yet is not known yet.
 */
public final class StatusReader implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(StatusReader.class);
    private static final Duration POLL = Duration.ofMillis(250);
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final Duration PAUSE_AFTER_ERROR = Duration.ofSeconds(2);

    private final Connection connection;
    private final LaneBoard board;
    private final Deserializer<LaneStatus> workers;
    private final Deserializer<TenantStatus> tenants;
    private final CountDownLatch stopping = new CountDownLatch(1);
    private final Thread thread = Thread.ofPlatform().name("status").daemon().unstarted(this::run);

    public StatusReader(Connection connection, LaneBoard board) {
        this.connection = connection;
        this.board = board;
        this.workers = connection.deserializer(Topics.LANE_STATUS);
        this.tenants = connection.deserializer(Topics.TENANT_STATUS);
    }

    public StatusReader start() {
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
                        "lanes=unreadable retry_in_ms={} error={}",
                        PAUSE_AFTER_ERROR.toMillis(),
                        e.toString());
                pause();
            }
        }
    }

    /** Both topics are compacted and small: after an error they are read from the start again. */
    private void read() {
        Map<String, Object> settings = new HashMap<>(connection.reader());
        settings.put("client.id", "millrace-status");
        settings.put("allow.auto.create.topics", "false");
        settings.put("fetch.max.bytes", Integer.toString(1024 * 1024));
        settings.put("key.deserializer", ByteArrayDeserializer.class.getName());
        settings.put("value.deserializer", ByteArrayDeserializer.class.getName());
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(settings)) {
            List<TopicPartition> partitions = new ArrayList<>();
            partitions.addAll(partitions(consumer, Topics.LANE_STATUS));
            partitions.addAll(partitions(consumer, Topics.TENANT_STATUS));
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            while (stopping.getCount() > 0) {
                consumer.poll(POLL).forEach(this::accept);
            }
        }
    }

    private static List<TopicPartition> partitions(
            KafkaConsumer<byte[], byte[]> consumer, Topic<?> topic) {
        List<TopicPartition> partitions =
                consumer.partitionsFor(topic.name(), TIMEOUT).stream()
                        .map(info -> new TopicPartition(info.topic(), info.partition()))
                        .toList();
        if (partitions.isEmpty()) {
            throw new KafkaException("topic " + topic.name() + " is not there");
        }
        return partitions;
    }

    private void accept(ConsumerRecord<byte[], byte[]> record) {
        try {
            if (record.topic().equals(Topics.LANE_STATUS.name()) && record.key() != null) {
                board.worker(
                        new String(record.key(), StandardCharsets.UTF_8),
                        record.value() == null
                                ? null
                                : workers.deserialize(record.topic(), record.value()));
            } else if (record.topic().equals(Topics.TENANT_STATUS.name())
                    && record.value() != null) {
                board.tenant(tenants.deserialize(record.topic(), record.value()));
            }
        } catch (KafkaException e) {
            if (RegistryErrors.isOutage(e)) {
                throw e;
            }
            LOG.warn(
                    "lanes=bad_record topic={} partition={} offset={} error={}",
                    record.topic(),
                    record.partition(),
                    record.offset(),
                    e.toString());
        }
    }

    private void pause() {
        try {
            boolean stopped = stopping.await(PAUSE_AFTER_ERROR.toMillis(), TimeUnit.MILLISECONDS);
            LOG.debug("lanes=retrying stopped={}", stopped);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            stopping.countDown();
        }
    }
}
