package dev.millrace.workers.attempt;

import dev.millrace.kit.Connection;
import dev.millrace.serde.RegistryErrors;
import dev.millrace.topics.Topics;
import dev.millrace.v1.ControlEvent;
import dev.millrace.workers.engine.StopSignal.Reason;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.RecordDeserializationException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the classifier's words about jobs that are over, from a few minutes ago on, and stops those
 * that run here. A plain reader: every worker reads everything, and what it misses costs only work
 * that nobody needs.
 */
public final class ControlReader implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ControlReader.class);
    private static final Duration POLL = Duration.ofMillis(500);
    private static final Duration LOOK_BACK = Duration.ofMinutes(10);
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final Duration PAUSE_AFTER_ERROR = Duration.ofSeconds(1);

    private final Connection connection;
    private final RunningJobs jobs;
    private final Clock clock;
    private final CountDownLatch stopping = new CountDownLatch(1);
    private final Thread thread = Thread.ofPlatform().name("control").daemon().unstarted(this::run);

    public ControlReader(Connection connection, RunningJobs jobs, Clock clock) {
        this.connection = connection;
        this.jobs = jobs;
        this.clock = clock;
    }

    public ControlReader start() {
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
                        "control=unreadable retry_in_ms={} error={}",
                        PAUSE_AFTER_ERROR.toMillis(),
                        e.toString());
                pause();
            }
        }
    }

    private void read() {
        Map<String, Object> settings = new HashMap<>(connection.reader());
        settings.put("client.id", "millrace-control");
        settings.put("auto.offset.reset", "latest");
        settings.put("allow.auto.create.topics", "false");
        settings.put("fetch.max.bytes", Integer.toString(1024 * 1024));
        try (KafkaConsumer<String, ControlEvent> consumer = new KafkaConsumer<>(settings)) {
            List<TopicPartition> partitions =
                    consumer.partitionsFor(Topics.CONTROL.name(), TIMEOUT).stream()
                            .map(info -> new TopicPartition(info.topic(), info.partition()))
                            .toList();
            if (partitions.isEmpty()) {
                throw new KafkaException("topic " + Topics.CONTROL + " is not there");
            }
            consumer.assign(partitions);
            seek(consumer, partitions);
            while (stopping.getCount() > 0) {
                try {
                    consumer.poll(POLL).forEach(record -> accept(record.value()));
                } catch (RecordDeserializationException e) {
                    if (RegistryErrors.isOutage(e)) {
                        throw e;
                    }
                    LOG.warn(
                            "control=bad_record partition={} offset={}",
                            e.topicPartition(),
                            e.offset());
                    consumer.seek(e.topicPartition(), e.offset() + 1);
                }
            }
        }
    }

    private void seek(
            KafkaConsumer<String, ControlEvent> consumer, List<TopicPartition> partitions) {
        long from = clock.instant().minus(LOOK_BACK).toEpochMilli();
        Map<TopicPartition, Long> times = new HashMap<>();
        partitions.forEach(partition -> times.put(partition, from));
        Map<TopicPartition, OffsetAndTimestamp> found = consumer.offsetsForTimes(times, TIMEOUT);
        found.forEach(
                (partition, offset) -> {
                    if (offset != null) {
                        consumer.seek(partition, offset.offset());
                    } else {
                        consumer.seekToEnd(List.of(partition));
                    }
                });
    }

    private void accept(ControlEvent event) {
        Reason reason = event.getKind().equals("expired") ? Reason.EXPIRED : Reason.CANCELLED;
        jobs.over(event.getJobId(), reason);
    }

    private void pause() {
        try {
            boolean stopped = stopping.await(PAUSE_AFTER_ERROR.toMillis(), TimeUnit.MILLISECONDS);
            LOG.debug("control=retrying stopped={}", stopped);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            stopping.countDown();
        }
    }
}
