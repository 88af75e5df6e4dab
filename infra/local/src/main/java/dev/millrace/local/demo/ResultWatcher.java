package dev.millrace.local.demo;

import dev.millrace.kit.Connection;
import dev.millrace.topics.Topics;
import dev.millrace.v1.InferenceResult;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;

/** Follows {@code millrace.results} from its end and keeps what belongs to this run. */
final class ResultWatcher implements AutoCloseable {
    static final String RUN = "demo_run";
    static final String INDEX = "demo_index";

    private final String run;
    private final Map<String, InferenceResult> results = new ConcurrentHashMap<>();
    private final AtomicInteger duplicates = new AtomicInteger();
    private final CountDownLatch ready = new CountDownLatch(1);
    private final CountDownLatch stopping = new CountDownLatch(1);
    private final Thread thread;

    ResultWatcher(Connection connection, String run) throws InterruptedException {
        this.run = run;
        this.thread = Thread.ofPlatform().name("results").daemon().start(() -> follow(connection));
        if (!ready.await(20, java.util.concurrent.TimeUnit.SECONDS)) {
            throw new IllegalStateException("the results topic could not be read");
        }
    }

    /** By job id. */
    Map<String, InferenceResult> results() {
        return results;
    }

    int duplicates() {
        return duplicates.get();
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

    private void follow(Connection connection) {
        Map<String, Object> settings = new HashMap<>(connection.reader());
        settings.put("fetch.max.wait.ms", "50");
        try (KafkaConsumer<String, InferenceResult> consumer = new KafkaConsumer<>(settings)) {
            List<TopicPartition> partitions =
                    consumer.partitionsFor(Topics.RESULTS.name()).stream()
                            .map(info -> new TopicPartition(info.topic(), info.partition()))
                            .toList();
            consumer.assign(partitions);
            consumer.seekToEnd(partitions);
            partitions.forEach(consumer::position);
            ready.countDown();
            while (stopping.getCount() > 0) {
                consumer.poll(Duration.ofMillis(100)).forEach(record -> accept(record.value()));
            }
        }
    }

    private void accept(InferenceResult result) {
        if (run.equals(result.getMetadata().get(RUN))
                && results.put(result.getJobId(), result) != null) {
            duplicates.incrementAndGet();
        }
    }
}
