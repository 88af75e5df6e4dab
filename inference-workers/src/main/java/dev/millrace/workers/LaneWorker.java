package dev.millrace.workers;

import dev.millrace.v1.Band;
import dev.millrace.workers.attempt.RunningJobs;
import dev.millrace.workers.intake.JobBoard;
import dev.millrace.workers.intake.LaneJob;
import dev.millrace.workers.intake.LanePartitions;
import java.time.Duration;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The worker's flow: one thread that polls and never waits for a job. It takes records from the
 * lane's three bands into a bounded board, has as many run as there are slots, and commits what is
 * done with, in whatever order that happens. What is full is paused while polling goes on, so a
 * long job never costs the membership in the group.
 *
 * <p>Partitions that are taken away are let go at once: what waits is dropped; what runs still
 * reports its outcome, for the classifier ignores a second one; nothing is committed for them any
 * more. One object serves one consumer's life.
 */
final class LaneWorker {
    private static final Logger LOG = LoggerFactory.getLogger(LaneWorker.class);
    private static final Duration IDLE_POLL = Duration.ofMillis(250);
    private static final Duration HELD_WAIT = Duration.ofMillis(50);
    private static final Duration GIVE_WAY = Duration.ofMillis(2);
    private static final Duration AFTER_FAILED_COMMIT = Duration.ofSeconds(1);
    private static final Duration LOOK_UP_TIMEOUT = Duration.ofSeconds(2);
    private static final Duration BEFORE_LOOK_UP = Duration.ofMillis(100);
    private static final Duration AFTER_FAILED_LOOK_UP = Duration.ofMillis(500);
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(1);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(3);

    private final Consumer<String, byte[]> consumer;
    private final LaneTopics topics;
    private final LanePartitions partitions;
    private final JobBoard board;
    private final JobRunner runner;
    private final RunningJobs running;
    private final PollWake wake;
    private final LaneMetrics metrics;
    private final WorkerCondition condition;
    private final WorkerSettings settings;
    private final LongSupplier nanoTime;

    private final Set<TopicPartition> owned = new HashSet<>();
    private final Set<TopicPartition> held = new HashSet<>();
    private final Set<Band> full = EnumSet.noneOf(Band.class);
    private boolean commitUnderWay;
    private long lastCommit;
    private long nextCommit;
    private long nextLookUp;
    private volatile boolean leaving;

    LaneWorker(
            Consumer<String, byte[]> consumer,
            LaneTopics topics,
            LanePartitions partitions,
            JobBoard board,
            JobRunner runner,
            RunningJobs running,
            PollWake wake,
            LaneMetrics metrics,
            WorkerCondition condition,
            WorkerSettings settings,
            LongSupplier nanoTime) {
        this.consumer = consumer;
        this.topics = topics;
        this.partitions = partitions;
        this.board = board;
        this.runner = runner;
        this.running = running;
        this.wake = wake;
        this.metrics = metrics;
        this.condition = condition;
        this.settings = settings;
        this.nanoTime = nanoTime;
        this.lastCommit = nanoTime.getAsLong();
        this.nextCommit = lastCommit;
        this.nextLookUp = lastCommit;
    }

    /**
     * Serves the lane until {@link #leave}, then drains; leaves the consumer closed, also when it
     * throws.
     */
    void run() {
        condition.waitingFor("the consumer group");
        try {
            consumer.subscribe(topics.names(), new Rebalances());
            while (!leaving) {
                turn();
            }
            drain();
        } finally {
            board.dropAll();
            partitions.released(owned);
            consumer.close(CloseOptions.timeout(CLOSE_TIMEOUT));
        }
    }

    /** Ends {@link #run}; from any thread. */
    void leave() {
        leaving = true;
        wake.wake();
    }

    private void turn() {
        restore();
        take(poll());
        settle();
        runner.startJobs();
        giveWay();
        holdBack();
        commit();
    }

    /** Finds out where partitions that have come stand; until then they are paused. */
    private void restore() {
        Set<TopicPartition> fresh = partitions.fresh();
        if (fresh.isEmpty() || nanoTime.getAsLong() - nextLookUp < 0) {
            return;
        }
        try {
            partitions.restore(consumer.committed(notAll(fresh), LOOK_UP_TIMEOUT));
            holdBack();
        } catch (WakeupException e) {
            LOG.debug("committed_offsets=interrupted");
        } catch (TimeoutException e) {
            nextLookUp = nanoTime.getAsLong() + AFTER_FAILED_LOOK_UP.toNanos();
            LOG.warn(
                    "waiting_for=committed_offsets partitions={} error={}",
                    fresh.size(),
                    e.getMessage());
        }
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

    /**
     * The client's poll spins for all of its time while paused partitions have records buffered, so
     * with anything held back the waiting is done here.
     */
    private ConsumerRecords<String, byte[]> poll() {
        boolean commitsWait = commitUnderWay || partitions.hasChanges();
        Duration time = runner.hasFinished() || leaving ? Duration.ZERO : pollTime(commitsWait);
        if (!held.isEmpty()) {
            wake.park(time.compareTo(HELD_WAIT) < 0 ? time : HELD_WAIT, !commitsWait, full);
            time = Duration.ZERO;
        }
        wake.beforePoll(consumer, !commitsWait);
        try {
            return consumer.poll(time);
        } catch (WakeupException e) {
            return ConsumerRecords.empty();
        } finally {
            wake.afterPoll();
            condition.polled();
        }
    }

    /** Until there is something to do that no record and no wake-up announces. */
    private Duration pollTime(boolean commitsWait) {
        if (!commitsWait) {
            return IDLE_POLL;
        }
        // a commit that takes long is looked after less and less often
        long now = nanoTime.getAsLong();
        long left =
                commitUnderWay
                        ? Math.max(settings.commitInterval().toNanos(), now - lastCommit)
                        : nextCommit - now;
        return Duration.ofNanos(
                Math.clamp(left, TimeUnit.MILLISECONDS.toNanos(1), IDLE_POLL.toNanos()));
    }

    private void take(ConsumerRecords<String, byte[]> records) {
        for (ConsumerRecord<String, byte[]> record : records) {
            LaneJob job = new LaneJob(record, topics.band(record.topic()));
            if (partitions.receive(job.partition(), job.offset())) {
                board.offer(job);
            }
        }
        partitions.advance(records.nextOffsets());
    }

    private void settle() {
        for (Optional<LaneJob> job = runner.nextFinished();
                job.isPresent();
                job = runner.nextFinished()) {
            partitions.finish(job.get().partition(), job.get().offset());
        }
    }

    /**
     * A band that has just become full is often not full any more in a moment: that saves pausing
     * it.
     */
    private void giveWay() {
        Set<Band> filled = EnumSet.noneOf(Band.class);
        for (Band band : Band.values()) {
            if (!full.contains(band) && board.isFull(band)) {
                filled.add(band);
            }
        }
        if (!filled.isEmpty()) {
            wake.park(GIVE_WAY, false, filled);
        }
    }

    /** Pauses what is full or not yet known, and lets go on what is not any more. */
    private void holdBack() {
        for (Band band : Band.values()) {
            if (board.isFull(band)) {
                full.add(band);
            } else if (board.hasRoom(band)) {
                full.remove(band);
            }
        }
        Set<TopicPartition> pause = new HashSet<>();
        Set<TopicPartition> resume = new HashSet<>();
        for (TopicPartition partition : owned) {
            boolean hold =
                    leaving
                            || partitions.isFresh(partition)
                            || partitions.isFull(partition)
                            || full.contains(topics.band(partition.topic()));
            if (hold && held.add(partition)) {
                pause.add(partition);
            } else if (!hold && held.remove(partition)) {
                resume.add(partition);
            }
        }
        if (!pause.isEmpty()) {
            consumer.pause(pause);
        }
        if (!resume.isEmpty()) {
            consumer.resume(resume);
        }
    }

    private void commit() {
        long now = nanoTime.getAsLong();
        if (commitUnderWay || now - nextCommit < 0 || !partitions.hasChanges()) {
            return;
        }
        Map<TopicPartition, OffsetAndMetadata> offsets = partitions.takeDue();
        if (!offsets.isEmpty()) {
            lastCommit = now;
            nextCommit = now + settings.commitInterval().toNanos();
            commitUnderWay = true;
            // the client hands the callback no offsets where the commit failed
            consumer.commitAsync(offsets, (unused, error) -> committed(offsets.keySet(), error));
        }
    }

    private void committed(Set<TopicPartition> committed, @Nullable Exception error) {
        commitUnderWay = false;
        if (error != null) {
            LOG.warn("commit=failed partitions={} error={}", committed.size(), error.toString());
            partitions.commitFailed(committed);
            nextCommit = nanoTime.getAsLong() + AFTER_FAILED_COMMIT.toNanos();
        }
    }

    /**
     * Takes no more, waits a bounded time for what runs, commits, and leaves the rest to others.
     */
    private void drain() {
        board.dropAll();
        LOG.info(
                "state=draining under_way={} limit_ms={}",
                board.underWay(),
                settings.drain().toMillis());
        awaitQuiet(settings.drain());
        if (board.underWay() > 0) {
            LOG.info("state=giving_up under_way={}", board.underWay());
            running.leave();
            awaitQuiet(STOP_TIMEOUT);
        }
        settle();
        Map<TopicPartition, OffsetAndMetadata> offsets = partitions.takeDue();
        if (!offsets.isEmpty()) {
            commitNow(offsets);
        }
    }

    /** Polls on, with everything paused, until nothing runs any more or the time is over. */
    private void awaitQuiet(Duration limit) {
        long end = nanoTime.getAsLong() + limit.toNanos();
        while (board.underWay() > 0 && nanoTime.getAsLong() < end) {
            holdBack();
            try {
                wake.park(HELD_WAIT, true, Set.of());
                // records that still come were not asked for; nobody is told that they were seen
                consumer.poll(Duration.ZERO);
            } catch (WakeupException e) {
                LOG.debug("drain=woken");
            }
            settle();
            commit();
        }
    }

    private void commitNow(Map<TopicPartition, OffsetAndMetadata> offsets) {
        for (int tries = 0; tries < 3; tries++) {
            try {
                consumer.commitSync(offsets, CLOSE_TIMEOUT);
                return;
            } catch (WakeupException e) {
                LOG.debug("last_commit=woken");
            } catch (KafkaException e) {
                LOG.warn("last_commit=failed partitions={} error={}", offsets.size(), e.toString());
                return;
            }
        }
    }

    /** Called on the polling thread, inside a poll. */
    private final class Rebalances implements ConsumerRebalanceListener {
        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> assigned) {
            metrics.rebalanced("assigned");
            owned.addAll(assigned);
            partitions.assigned(assigned);
            nextLookUp = nanoTime.getAsLong() + BEFORE_LOOK_UP.toNanos();
            held.addAll(assigned);
            consumer.pause(assigned);
            condition.member();
            LOG.info("partitions=assigned count={} owned={}", assigned.size(), owned.size());
        }

        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> revoked) {
            metrics.rebalanced("revoked");
            settle();
            Map<TopicPartition, OffsetAndMetadata> offsets = partitions.takeDue(revoked);
            if (!offsets.isEmpty()) {
                consumer.commitAsync(offsets, (unused, error) -> logLast(offsets.size(), error));
            }
            letGo(revoked);
            LOG.info("partitions=revoked count={} owned={}", revoked.size(), owned.size());
        }

        @Override
        public void onPartitionsLost(Collection<TopicPartition> lost) {
            metrics.rebalanced("lost");
            letGo(lost);
            LOG.warn("partitions=lost count={} owned={}", lost.size(), owned.size());
        }

        private void letGo(Collection<TopicPartition> gone) {
            board.drop(gone);
            partitions.released(gone);
            owned.removeAll(gone);
            held.removeAll(gone);
        }

        private void logLast(int count, @Nullable Exception error) {
            if (error != null) {
                LOG.info("commit=too_late partitions={} error={}", count, error.toString());
            }
        }
    }
}
