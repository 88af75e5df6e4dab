package dev.millrace.faults;

import dev.millrace.kit.Connection;
import dev.millrace.topics.Topic;
import dev.millrace.topics.Topics;
import dev.millrace.v1.InferenceResult;
import dev.millrace.v1.ResultStatus;
import dev.millrace.v1.UsageEvent;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/** Follows results and usage from now on, committed records only, as any reader outside would. */
final class ResultWatch implements AutoCloseable {
    private static final Duration START = Duration.ofSeconds(60);

    /** How one job ended. */
    record Ended(String jobId, ResultStatus status, int attempts) {}

    private final Map<String, Ended> results = new ConcurrentHashMap<>();
    private final Set<String> billed = ConcurrentHashMap.newKeySet();
    private final AtomicInteger duplicates = new AtomicInteger();
    private final Deque<Long> resultTimes = new ArrayDeque<>();
    private final Deque<Long> usageTimes = new ArrayDeque<>();
    private final AtomicReference<@Nullable RuntimeException> failure = new AtomicReference<>();
    private final CountDownLatch ready = new CountDownLatch(2);
    private final Thread resultReader;
    private final Thread usageReader;
    private volatile boolean stopping;

    ResultWatch(Connection connection) throws InterruptedException {
        resultReader = reader(connection, Topics.RESULTS, this::accept);
        usageReader = reader(connection, Topics.USAGE, this::accept);
        if (!ready.await(START.toSeconds(), TimeUnit.SECONDS)) {
            throw new IllegalStateException("results and usage could not be read", failure.get());
        }
    }

    Optional<Ended> result(String mark) {
        return Optional.ofNullable(results.get(mark));
    }

    boolean hasResult(String mark) {
        return results.containsKey(mark);
    }

    int ended() {
        return results.size();
    }

    /** Ended jobs by mark. */
    Map<String, Ended> results() {
        check();
        return results;
    }

    boolean isBilled(String jobId) {
        return billed.contains(jobId);
    }

    int billed() {
        return billed.size();
    }

    int duplicates() {
        return duplicates.get();
    }

    int resultsInTheLastSecond() {
        return inTheLastSecond(resultTimes);
    }

    int usageInTheLastSecond() {
        return inTheLastSecond(usageTimes);
    }

    /** How many jobs ended how. */
    Map<ResultStatus, Integer> statuses() {
        Map<ResultStatus, Integer> counts = new TreeMap<>();
        results.values().forEach(ended -> counts.merge(ended.status(), 1, Integer::sum));
        return counts;
    }

    @Override
    public void close() {
        stopping = true;
        try {
            resultReader.join(Duration.ofSeconds(5));
            usageReader.join(Duration.ofSeconds(5));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void accept(InferenceResult result) {
        String mark = result.getMetadata().get(Traffic.MARK);
        if (mark == null) {
            return;
        }
        Ended ended = new Ended(result.getJobId(), result.getStatus(), result.getAttempts());
        if (results.putIfAbsent(mark, ended) != null) {
            duplicates.incrementAndGet();
        }
        note(resultTimes);
    }

    private void accept(UsageEvent usage) {
        billed.add(usage.getJobId());
        note(usageTimes);
    }

    private static void note(Deque<Long> times) {
        synchronized (times) {
            times.addLast(System.nanoTime());
            forget(times);
        }
    }

    private static int inTheLastSecond(Deque<Long> times) {
        synchronized (times) {
            forget(times);
            return times.size();
        }
    }

    private static void forget(Deque<Long> times) {
        long oldest = System.nanoTime() - TimeUnit.SECONDS.toNanos(1);
        while (!times.isEmpty() && times.getFirst() < oldest) {
            times.removeFirst();
        }
    }

    private void check() {
        RuntimeException error = failure.get();
        if (error != null) {
            throw new IllegalStateException("results can no longer be read", error);
        }
    }

    private <V extends SpecificRecord> Thread reader(
            Connection connection, Topic<V> topic, Consumer<V> accept) {
        return Thread.ofPlatform()
                .name("watch-" + topic.name())
                .daemon()
                .start(
                        () -> {
                            try {
                                follow(connection, topic, accept);
                            } catch (RuntimeException e) {
                                failure.compareAndSet(null, e);
                            }
                        });
    }

    private <V extends SpecificRecord> void follow(
            Connection connection, Topic<V> topic, Consumer<V> accept) {
        Map<String, Object> settings = new HashMap<>(connection.reader());
        settings.put("default.api.timeout.ms", "300000");
        try (KafkaConsumer<String, V> consumer = new KafkaConsumer<>(settings)) {
            var partitions =
                    consumer.partitionsFor(topic.name()).stream()
                            .map(info -> new TopicPartition(info.topic(), info.partition()))
                            .toList();
            consumer.assign(partitions);
            consumer.seekToEnd(partitions);
            partitions.forEach(consumer::position);
            ready.countDown();
            while (!stopping) {
                consumer.poll(Duration.ofMillis(100))
                        .forEach(record -> accept.accept(record.value()));
            }
        }
    }
}
