package dev.millrace.bench;

import dev.millrace.bench.Line.Mark;
import dev.millrace.kit.Connection;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Puts jobs into a line and waits for all of their results. */
final class Load {
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final AtomicInteger RUNS = new AtomicInteger();

    private final Line line;
    private final Connection connection;
    private final Clock clock;

    Load(Line line, Connection connection, Clock clock) {
        this.line = line;
        this.connection = connection;
        this.clock = clock;
    }

    /**
     * What happened to the jobs of one round; nanoseconds of this JVM's clock, by index.
     *
     * @param wallMillis the time of day at nanosecond {@code startNanos}
     */
    record Round(int run, long startNanos, double wallMillis, long[] dueNanos, long[] seenNanos) {
        int jobs() {
            return dueNanos.length;
        }

        double jobsPerSecond() {
            long last = startNanos;
            for (long seen : seenNanos) {
                last = Math.max(last, seen);
            }
            return jobs() * 1e9 / (last - startNanos);
        }

        double[] latencyMillis() {
            double[] millis = new double[jobs()];
            for (int job = 0; job < millis.length; job++) {
                millis[job] = (seenNanos[job] - dueNanos[job]) / 1e6;
            }
            return millis;
        }

        /** The time of day of each of these moments, as epoch milliseconds. */
        double[] wall(long[] nanos) {
            double[] wall = new double[nanos.length];
            for (int job = 0; job < wall.length; job++) {
                wall[job] = wallMillis + (nanos[job] - startNanos) / 1e6;
            }
            return wall;
        }
    }

    /** Puts jobs into the line and waits for nothing but their being there. */
    void put(int jobs) {
        int run = RUNS.incrementAndGet();
        AtomicReference<Exception> failure = new AtomicReference<>();
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(settings())) {
            for (int job = 0; job < jobs; job++) {
                send(producer, line.job(new Mark(run, job)), failure);
            }
            producer.flush();
        }
    }

    /** All jobs as fast as the producer takes them. */
    Round saturate(int jobs) throws InterruptedException, TimeoutException {
        return run(jobs, job -> 0);
    }

    /** Each job when it is due, whatever became of those before it. */
    Round steady(Schedule schedule) throws InterruptedException, TimeoutException {
        return run(schedule.jobs(), schedule::dueAfter);
    }

    /**
     * All jobs are there at once: written in a transaction that ends when the clock starts.
     *
     * @param beforeRelease run when everything is written and nothing can be read yet
     */
    Round release(int jobs, Runnable beforeRelease) throws InterruptedException, TimeoutException {
        int run = RUNS.incrementAndGet();
        Map<String, Object> settings = settings();
        settings.put("transactional.id", "bench-load-" + ProcessHandle.current().pid());
        try (ResultReader reader = new ResultReader(line, connection, run, jobs);
                KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(settings)) {
            producer.initTransactions();
            producer.beginTransaction();
            for (int job = 0; job < jobs; job++) {
                send(producer, line.job(new Mark(run, job)), new AtomicReference<>());
            }
            producer.flush();
            beforeRelease.run();
            double wallMillis = wallMillis();
            long start = System.nanoTime();
            // throws where any of the records did not get there
            producer.commitTransaction();
            long[] dueNanos = new long[jobs];
            Arrays.fill(dueNanos, start);
            return new Round(run, start, wallMillis, dueNanos, reader.await(PATIENCE));
        }
    }

    private interface Due {
        long afterNanos(int job);
    }

    private Round run(int jobs, Due due) throws InterruptedException, TimeoutException {
        int run = RUNS.incrementAndGet();
        // encoded before the clock starts: the load must not be what is measured
        List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>(jobs);
        for (int job = 0; job < jobs; job++) {
            records.add(line.job(new Mark(run, job)));
        }
        try (ResultReader reader = new ResultReader(line, connection, run, jobs);
                KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(settings())) {
            // connections and metadata are there before the clock starts
            line.topics(Stage.INTAKE).forEach(producer::partitionsFor);
            double wallMillis = wallMillis();
            long start = System.nanoTime();
            long[] dueNanos = send(producer, records, start, due);
            long[] seen = reader.await(PATIENCE);
            return new Round(run, start, wallMillis, dueNanos, seen);
        }
    }

    private static long[] send(
            KafkaProducer<byte[], byte[]> producer,
            List<ProducerRecord<byte[], byte[]>> records,
            long start,
            Due due) {
        AtomicReference<Exception> failure = new AtomicReference<>();
        long[] dueNanos = new long[records.size()];
        for (int job = 0; job < dueNanos.length; job++) {
            dueNanos[job] = start + due.afterNanos(job);
            waitUntil(dueNanos[job]);
            send(producer, records.get(job), failure);
        }
        producer.flush();
        return dueNanos;
    }

    static void send(
            KafkaProducer<byte[], byte[]> producer,
            ProducerRecord<byte[], byte[]> record,
            AtomicReference<Exception> failure) {
        var sent =
                producer.send(
                        record,
                        (metadata, error) -> {
                            if (error != null) {
                                failure.compareAndSet(null, error);
                            }
                        });
        if (sent.isCancelled() || failure.get() != null) {
            throw new IllegalStateException("a job could not be sent", failure.get());
        }
    }

    private double wallMillis() {
        Instant now = clock.instant();
        return now.getEpochSecond() * 1e3 + now.getNano() / 1e6;
    }

    private static void waitUntil(long nanos) {
        for (long left = nanos - System.nanoTime(); left > 0; left = nanos - System.nanoTime()) {
            LockSupport.parkNanos(Math.min(left, TimeUnit.MILLISECONDS.toNanos(50)));
        }
    }

    private Map<String, Object> settings() {
        Map<String, Object> settings = new HashMap<>(connection.producer());
        settings.put("key.serializer", ByteArraySerializer.class.getName());
        settings.put("value.serializer", ByteArraySerializer.class.getName());
        return settings;
    }
}
