package dev.millrace.workers;

import dev.millrace.workers.intake.LanePartitions;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Commits what is done with: one commit at a time, no two closer together than the worker's commit
 * interval unless a job waits for it, and nothing where nothing has changed. Belongs to the polling
 * thread.
 */
final class Commits {
    private static final Logger LOG = LoggerFactory.getLogger(Commits.class);
    private static final Duration FOR_A_NOTE = Duration.ofMillis(2);
    private static final Duration AFTER_FAILURE = Duration.ofSeconds(1);
    private static final Duration LAST_TIMEOUT = Duration.ofSeconds(3);
    private static final int LAST_TRIES = 3;

    private final Consumer<?, ?> consumer;
    private final LanePartitions partitions;
    private final StartNotes notes;
    private final Duration interval;
    private final LongSupplier nanoTime;

    private boolean underWay;
    private boolean failed;
    private long last;
    private long next;

    Commits(
            Consumer<?, ?> consumer,
            LanePartitions partitions,
            StartNotes notes,
            Duration interval,
            LongSupplier nanoTime) {
        this.consumer = consumer;
        this.partitions = partitions;
        this.notes = notes;
        this.interval = interval;
        this.nanoTime = nanoTime;
        this.last = nanoTime.getAsLong();
        this.next = last;
    }

    /** Whether one is under way or to be made soon. */
    boolean arePending() {
        return underWay || hasDue();
    }

    private boolean hasDue() {
        return partitions.hasChanges() || !notes.isEmpty();
    }

    /** Until there is something to do about a pending commit; at most the limit. */
    Duration untilNext(Duration limit) {
        // a commit that takes long is looked after less and less often
        long now = nanoTime.getAsLong();
        long left = underWay ? Math.max(shortest().toNanos(), now - last) : due() - now;
        return Duration.ofNanos(
                Math.clamp(left, TimeUnit.MILLISECONDS.toNanos(1), limit.toNanos()));
    }

    /** When the next may be made: sooner where jobs that hold a slot wait for it. */
    private long due() {
        return failed ? next : last + shortest().toNanos();
    }

    private Duration shortest() {
        return notes.isEmpty() || interval.compareTo(FOR_A_NOTE) < 0 ? interval : FOR_A_NOTE;
    }

    /** Starts a commit where one is due. */
    void commit() {
        long now = nanoTime.getAsLong();
        if (underWay || now - due() < 0 || !hasDue()) {
            return;
        }
        // who asks is under way, so that what is built from here on speaks of it
        List<CountDownLatch> asked = notes.asked();
        Map<TopicPartition, OffsetAndMetadata> offsets = partitions.takeDue();
        if (offsets.isEmpty()) {
            notes.written(asked);
            return;
        }
        last = now;
        underWay = true;
        // the client hands the callback no offsets where the commit failed
        consumer.commitAsync(offsets, (unused, error) -> ended(offsets.keySet(), asked, error));
    }

    private void ended(
            Set<TopicPartition> committed, List<CountDownLatch> asked, @Nullable Exception error) {
        underWay = false;
        failed = error != null;
        if (error == null) {
            partitions.commitSucceeded(committed);
            notes.written(asked);
        } else {
            LOG.warn("commit=failed partitions={} error={}", committed.size(), error.toString());
            partitions.commitFailed(committed);
            next = nanoTime.getAsLong() + AFTER_FAILURE.toNanos();
        }
    }

    /**
     * The last commit of partitions that are being given up. It is not waited for: it goes to the
     * group's coordinator before the word that they are given up, over the same connection.
     */
    void commitLast(Collection<TopicPartition> revoked) {
        Map<TopicPartition, OffsetAndMetadata> offsets = partitions.takeLast(revoked);
        if (!offsets.isEmpty()) {
            consumer.commitAsync(offsets, (unused, error) -> logLast(offsets.size(), error));
        }
    }

    private static void logLast(int count, @Nullable Exception error) {
        if (error != null) {
            LOG.info("commit=too_late partitions={} error={}", count, error.toString());
        }
    }

    /** The worker's last commit; waits for it, for some seconds at most. */
    void commitNow(Collection<TopicPartition> owned) {
        Map<TopicPartition, OffsetAndMetadata> offsets = partitions.takeLast(owned);
        for (int tries = 0; !offsets.isEmpty() && tries < LAST_TRIES; tries++) {
            try {
                consumer.commitSync(offsets, LAST_TIMEOUT);
                return;
            } catch (WakeupException e) {
                LOG.debug("last_commit=woken");
            } catch (KafkaException e) {
                LOG.warn("last_commit=failed partitions={} error={}", offsets.size(), e.toString());
                return;
            }
        }
    }
}
