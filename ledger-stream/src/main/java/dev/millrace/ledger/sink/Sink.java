package dev.millrace.ledger.sink;

import dev.millrace.kit.DatabaseErrors;
import dev.millrace.kit.DeadLetterQueue;
import dev.millrace.kit.telemetry.Hop;
import dev.millrace.kit.telemetry.TelemetryNames;
import dev.millrace.kit.telemetry.Tracing;
import dev.millrace.ledger.sink.SinkOffsets.OffsetsMovedException;
import dev.millrace.serde.RegistryErrors;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;
import org.jdbi.v3.core.Jdbi;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Topics into tables, exactly: rows and the offsets behind them commit in one database transaction,
 * and an offset moves only from where this process left it. So a crash, a repeated delivery or a
 * second reader of the same partition changes nothing twice. Whatever may pass (database, registry,
 * broker down) is waited out from the stored offsets; a record that can never go in becomes a dead
 * letter, and the rest of its batch goes on.
 */
public final class Sink<R> implements AutoCloseable {
    /** Its consumer group. */
    public static final String GROUP = "millrace-ledger-sink";

    private static final Logger LOG = LoggerFactory.getLogger(Sink.class);
    private static final Duration POLL = Duration.ofMillis(250);
    private static final Duration LEAVE = Duration.ofSeconds(2);
    private static final Duration CLOSE = Duration.ofSeconds(6);

    /** The most that goes into one statement; a larger batch becomes several transactions. */
    private static final long MAX_BYTES = 4 * 1024 * 1024;

    private final Projection<R> projection;
    private final Supplier<Consumer<byte[], byte[]>> consumers;
    private final Jdbi database;
    private final DeadLetterQueue deadLetters;
    private final Tracing tracing;
    private final Clock clock;
    private final Counter rows;
    private final Counter repeats;
    private final Counter refused;
    private final Backoff backoff = new Backoff(Duration.ofMillis(100), Duration.ofSeconds(5));
    private final CountDownLatch stopping = new CountDownLatch(1);
    private final Thread thread;
    private volatile boolean working;

    public Sink(
            Projection<R> projection,
            Supplier<Consumer<byte[], byte[]>> consumers,
            Jdbi database,
            DeadLetterQueue deadLetters,
            MeterRegistry meters,
            Tracing tracing,
            Clock clock) {
        this.projection = projection;
        this.consumers = consumers;
        this.database = database;
        this.deadLetters = deadLetters;
        this.tracing = tracing;
        this.clock = clock;
        this.rows = meters.counter("millrace.ledger.rows", "sink", projection.name());
        this.repeats = meters.counter("millrace.ledger.unchanged", "sink", projection.name());
        this.refused = meters.counter("millrace.ledger.dead.letters", "sink", projection.name());
        this.thread =
                Thread.ofPlatform().name("sink-" + projection.name()).daemon().unstarted(this::run);
    }

    public void start() {
        thread.start();
    }

    /** Whether the last thing it tried worked and it reads from all that it was given. */
    public boolean isWorking() {
        return working && thread.isAlive();
    }

    @Override
    public void close() {
        stopping.countDown();
        try {
            if (thread.isAlive() && !thread.join(CLOSE)) {
                thread.interrupt();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean isStopping() {
        return stopping.getCount() == 0;
    }

    private void run() {
        while (!isStopping()) {
            try {
                consume(consumers.get());
            } catch (RuntimeException e) {
                failed("consumer", e);
            }
        }
        LOG.info("sink={} state=stopped", projection.name());
    }

    private void consume(Consumer<byte[], byte[]> consumer) {
        try {
            SinkAssignment assignment = new SinkAssignment(consumer);
            consumer.subscribe(projection.topics(), assignment);
            while (!isStopping()) {
                step(consumer, assignment);
            }
        } finally {
            consumer.close(CloseOptions.timeout(LEAVE));
        }
    }

    private void step(Consumer<byte[], byte[]> consumer, SinkAssignment assignment) {
        try {
            // always polls first, so that the group keeps this member through an outage of the
            // database
            ConsumerRecords<byte[], byte[]> polled = consumer.poll(POLL);
            assignment.placeFresh(
                    fresh -> database.inTransaction(handle -> SinkOffsets.read(handle, fresh)));
            if (!polled.isEmpty()) {
                settle(polled);
                store(read(polled), assignment);
            }
            showLag(consumer, polled);
            working = consumer.groupMetadata().generationId() > 0;
            backoff.succeeded();
        } catch (OffsetsMovedException e) {
            assignment.forget();
            failed("offsets", e);
        } catch (RuntimeException e) {
            assignment.rewind();
            failed("batch", e);
        }
    }

    /** Waits until the last of these is as old as it is to be; never longer than that age. */
    private void settle(ConsumerRecords<byte[], byte[]> polled) {
        long age = projection.settles().toMillis();
        if (age == 0) {
            return;
        }
        long last = 0;
        for (ConsumerRecord<byte[], byte[]> record : polled) {
            last = Math.max(last, record.timestamp());
        }
        try {
            boolean stopped =
                    stopping.await(
                            Math.clamp(last + age - clock.millis(), 0, age), TimeUnit.MILLISECONDS);
            LOG.trace("sink={} stopped={}", projection.name(), stopped);
        } catch (InterruptedException e) {
            stopping.countDown();
        }
    }

    /** For lag displays and scalers; this process itself goes by the database. */
    private void showLag(
            Consumer<byte[], byte[]> consumer, ConsumerRecords<byte[], byte[]> polled) {
        if (!polled.nextOffsets().isEmpty()) {
            consumer.commitAsync(polled.nextOffsets(), null);
        }
    }

    /** What was read, without what can never be read. */
    private SinkBatch<R> read(ConsumerRecords<byte[], byte[]> polled) {
        List<SinkBatch.Entry<R>> entries = new ArrayList<>(polled.count());
        for (ConsumerRecord<byte[], byte[]> record : polled) {
            try {
                entries.add(new SinkBatch.Entry<>(record, projection.read(record)));
            } catch (RuntimeException e) {
                switch (RegistryErrors.kindOf(e)) {
                    case OUTAGE, UNAUTHORIZED -> throw e;
                    case BAD_RECORD -> unreadable(record, "undecodable", e);
                    case UNKNOWN_ID -> unreadable(record, "unknown_schema_id", e);
                    case OTHER -> unreadable(record, "unprocessable", e);
                }
            }
        }
        Map<TopicPartition, Long> next = new HashMap<>();
        polled.nextOffsets().forEach((partition, offset) -> next.put(partition, offset.offset()));
        return new SinkBatch<>(entries, next);
    }

    /** Halves what is too large or was refused, until the one record that is at fault is alone. */
    private void store(SinkBatch<R> batch, SinkAssignment assignment) {
        if (batch.size() > 1 && batch.bytes() > MAX_BYTES) {
            storeHalves(batch, assignment);
            return;
        }
        try {
            commit(batch, assignment);
        } catch (RuntimeException e) {
            if (e instanceof OffsetsMovedException || !isRowsFault(e) || batch.size() == 0) {
                throw e;
            }
            if (batch.size() > 1) {
                storeHalves(batch, assignment);
            } else {
                setAside(batch.entries().getFirst().record(), "refused_by_database", e);
                commit(batch.withoutEntries(), assignment);
            }
        }
    }

    private void storeHalves(SinkBatch<R> batch, SinkAssignment assignment) {
        store(batch.firstHalf(), assignment);
        store(batch.secondHalf(), assignment);
    }

    private void commit(SinkBatch<R> batch, SinkAssignment assignment) {
        List<Hop> hops = hops(batch);
        try {
            write(batch, assignment);
        } catch (RuntimeException e) {
            hops.forEach(hop -> hop.failed("not_stored"));
            throw e;
        } finally {
            hops.forEach(Hop::close);
        }
    }

    /** One for each job, since each has a trace of its own; a batch that is tried again has new. */
    private List<Hop> hops(SinkBatch<R> batch) {
        List<Hop> hops = new ArrayList<>();
        if (tracing.isOn()) {
            for (SinkBatch.Entry<R> entry : batch.entries()) {
                projection
                        .subject(entry.value())
                        .ifPresent(
                                job ->
                                        hops.add(
                                                tracing.receive(entry.record(), GROUP)
                                                        .set(TelemetryNames.JOB, job.jobId())
                                                        .set(TelemetryNames.TENANT, job.tenant())));
            }
        }
        return hops;
    }

    private void write(SinkBatch<R> batch, SinkAssignment assignment) {
        int changed =
                database.inTransaction(
                        handle -> {
                            SinkOffsets.move(handle, assignment.stored(), batch.next());
                            return batch.size() == 0 ? 0 : projection.write(handle, batch.values());
                        });
        assignment.moved(batch.next());
        rows.increment(changed);
        repeats.increment(Math.max(0, batch.size() - changed));
    }

    private static boolean isRowsFault(RuntimeException failure) {
        return switch (DatabaseErrors.kindOf(failure)) {
            case BAD_DATA, OTHER -> true;
            case TRANSIENT -> false;
        };
    }

    private void unreadable(
            ConsumerRecord<byte[], byte[]> record, String reason, RuntimeException cause) {
        if (projection.setsAsideUnreadable(record.topic())) {
            setAside(record, reason, cause);
        }
    }

    private void setAside(
            ConsumerRecord<byte[], byte[]> record, String reason, RuntimeException cause) {
        LOG.error(
                "sink={} topic={} partition={} offset={} set_aside={} error={}",
                projection.name(),
                record.topic(),
                record.partition(),
                record.offset(),
                reason,
                cause.getClass().getName());
        deadLetters.put(record, reason);
        refused.increment();
    }

    private void failed(String what, RuntimeException failure) {
        working = false;
        if (isStopping()) {
            return;
        }
        Duration pause = backoff.next();
        LOG.warn(
                "sink={} failed={} retry_in_ms={} error={}",
                projection.name(),
                what,
                pause.toMillis(),
                DatabaseErrors.describe(failure));
        try {
            boolean stopped = stopping.await(pause.toMillis(), TimeUnit.MILLISECONDS);
            LOG.debug("sink={} retrying={}", projection.name(), !stopped);
        } catch (InterruptedException e) {
            stopping.countDown();
        }
    }
}
