package dev.millrace.bench;

import dev.millrace.kit.Connection;
import dev.millrace.topics.Topics;
import dev.millrace.v1.Outcome;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;

/** How often each job of a lane has an outcome. Stands at the end of the outcomes when made. */
final class OutcomeTally implements AutoCloseable {
    private final KafkaConsumer<String, Outcome> consumer;
    private final String lane;
    private final Map<String, Integer> byJob = new HashMap<>();

    OutcomeTally(Connection connection, String lane) {
        this.lane = lane;
        this.consumer = new KafkaConsumer<>(connection.reader());
        var partitions =
                consumer.partitionsFor(Topics.OUTCOMES.name()).stream()
                        .map(info -> new TopicPartition(info.topic(), info.partition()))
                        .toList();
        consumer.assign(partitions);
        consumer.seekToEnd(partitions);
        partitions.forEach(consumer::position);
    }

    /** Waits until so many jobs have one. */
    void await(int jobs, Duration patience) throws TimeoutException {
        readUntil(() -> byJob.size() >= jobs, patience);
        if (byJob.size() < jobs) {
            throw new TimeoutException(
                    "%d of %d jobs had an outcome after %d s"
                            .formatted(byJob.size(), jobs, patience.toSeconds()));
        }
    }

    /** Whatever comes within this time. */
    void listen(Duration time) {
        readUntil(() -> false, time);
    }

    /** Outcomes beyond the first of each job. */
    int repeated() {
        return byJob.values().stream().mapToInt(times -> times - 1).sum();
    }

    int jobs() {
        return byJob.size();
    }

    private void readUntil(BooleanSupplier enough, Duration patience) {
        long end = System.nanoTime() + patience.toNanos();
        while (!enough.getAsBoolean() && System.nanoTime() < end) {
            for (ConsumerRecord<String, Outcome> record : consumer.poll(Duration.ofMillis(50))) {
                if (record.value().getLane().equals(lane)) {
                    byJob.merge(record.value().getJobId(), 1, Integer::sum);
                }
            }
        }
    }

    @Override
    public void close() {
        consumer.close();
    }
}
