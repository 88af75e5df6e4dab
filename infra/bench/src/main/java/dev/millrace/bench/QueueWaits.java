package dev.millrace.bench;

import dev.millrace.kit.Connection;
import dev.millrace.topics.Topics;
import dev.millrace.v1.InferenceResult;
import dev.millrace.v1.ResultStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;

/**
 * The queue waits that the results of one phase tell. Stands at the end of the results when made.
 */
final class QueueWaits implements AutoCloseable {
    /** The entry of a job's metadata that names its phase. */
    static final String PHASE = "phase";

    private final KafkaConsumer<String, InferenceResult> consumer;
    private final String phase;
    private final String first = FairnessBench.tenants().getFirst();
    private int firsts;

    QueueWaits(Connection connection, String phase) {
        this.phase = phase;
        this.consumer = new KafkaConsumer<>(connection.reader());
        List<TopicPartition> partitions =
                consumer.partitionsFor(Topics.RESULTS.name()).stream()
                        .map(info -> new TopicPartition(info.topic(), info.partition()))
                        .toList();
        consumer.assign(partitions);
        consumer.seekToEnd(partitions);
        partitions.forEach(consumer::position);
    }

    /** In milliseconds, of every job of the tenants after the first; waits for all of them. */
    double[] awaitOthers(int jobs, Duration patience) throws TimeoutException {
        List<Long> waits = new ArrayList<>(jobs);
        long end = System.nanoTime() + patience.toNanos();
        while (waits.size() < jobs) {
            if (System.nanoTime() > end) {
                throw new TimeoutException(
                        "%d of %d results of the others were there after %d s"
                                .formatted(waits.size(), jobs, patience.toSeconds()));
            }
            for (ConsumerRecord<String, InferenceResult> record :
                    consumer.poll(Duration.ofMillis(200))) {
                accept(record.value(), waits);
            }
        }
        return waits.stream().mapToDouble(Long::doubleValue).toArray();
    }

    private void accept(InferenceResult result, List<Long> waits) {
        if (!phase.equals(result.getMetadata().get(PHASE))) {
            return;
        }
        if (result.getStatus() != ResultStatus.SUCCEEDED) {
            throw new IllegalStateException(
                    "a job of %s ended as %s: %s"
                            .formatted(result.getTenant(), result.getStatus(), result.getError()));
        }
        if (result.getTenant().equals(first)) {
            firsts++;
        } else {
            waits.add(result.getQueueMs());
        }
    }

    /** How many of the first tenant's jobs were seen meanwhile. */
    int firsts() {
        return firsts;
    }

    @Override
    public void close() {
        consumer.close();
    }
}
