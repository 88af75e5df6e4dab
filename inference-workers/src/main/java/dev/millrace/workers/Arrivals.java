package dev.millrace.workers;

import dev.millrace.workers.intake.LanePartitions;
import java.time.Duration;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds out where partitions that have come stand, outside the rebalance callback. Belongs to the
 * polling thread.
 */
final class Arrivals {
    private static final Logger LOG = LoggerFactory.getLogger(Arrivals.class);
    private static final Duration TIMEOUT = Duration.ofSeconds(2);
    private static final Duration BEFORE_LOOK_UP = Duration.ofMillis(100);
    private static final Duration AFTER_FAILURE = Duration.ofMillis(500);

    private final Consumer<?, ?> consumer;
    private final LanePartitions partitions;
    private final LongSupplier nanoTime;
    private long next;

    Arrivals(Consumer<?, ?> consumer, LanePartitions partitions, LongSupplier nanoTime) {
        this.consumer = consumer;
        this.partitions = partitions;
        this.nanoTime = nanoTime;
        this.next = nanoTime.getAsLong();
    }

    /** Partitions have just come. */
    void expect() {
        next = nanoTime.getAsLong() + BEFORE_LOOK_UP.toNanos();
    }

    /**
     * Looks up committed offsets where partitions wait for it; bounded.
     *
     * @return whether any are known now that were not before
     */
    boolean lookUp() {
        Set<TopicPartition> fresh = partitions.fresh();
        if (fresh.isEmpty() || nanoTime.getAsLong() - next < 0) {
            return false;
        }
        try {
            partitions.restore(consumer.committed(notAll(fresh), TIMEOUT));
            return true;
        } catch (WakeupException e) {
            LOG.debug("committed_offsets=interrupted");
        } catch (TimeoutException e) {
            next = nanoTime.getAsLong() + AFTER_FAILURE.toNanos();
            LOG.warn(
                    "waiting_for=committed_offsets partitions={} error={}",
                    fresh.size(),
                    e.getMessage());
        }
        return false;
    }

    /**
     * The client looks up the offsets of all new partitions for itself as well. Asked for the very
     * same ones meanwhile, it joins the two requests and, where the group is still changing, tries
     * both again and again without a pause until its stack is full (KAFKA-20765). So its own
     * look-up is given a moment, and one partition is left for the next turn.
     */
    private static Set<TopicPartition> notAll(Set<TopicPartition> fresh) {
        return fresh.stream()
                .limit(Math.max(1, fresh.size() - 1))
                .collect(Collectors.toUnmodifiableSet());
    }
}
