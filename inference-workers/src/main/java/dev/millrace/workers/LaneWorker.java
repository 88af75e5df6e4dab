package dev.millrace.workers;

import dev.millrace.v1.Band;
import dev.millrace.workers.attempt.RunningJobs;
import dev.millrace.workers.intake.JobBoard;
import dev.millrace.workers.intake.LanePartitions;
import dev.millrace.workers.intake.RoomWait;
import java.time.Duration;
import java.util.Set;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.errors.WakeupException;

/**
 * The worker's flow: one thread that polls and never waits for a job. It takes records from the
 * lane's three bands into a bounded board, has as many run as there are slots, and commits what is
 * done with, in whatever order that happens. What is full is paused while polling goes on, so a
 * long job never costs the membership in the group.
 *
 * <p>What happens when partitions come and go is in {@link Rebalances}, how a worker leaves in
 * {@link Drain}. One object serves one consumer's life.
 */
final class LaneWorker {
    private static final Duration IDLE_POLL = Duration.ofMillis(250);
    private static final Duration HELD_WAIT = Duration.ofMillis(50);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(3);

    private final Consumer<String, byte[]> consumer;
    private final LaneTopics topics;
    private final LanePartitions partitions;
    private final Intake intake;
    private final JobRunner runner;
    private final PollWake wake;
    private final WorkerCondition condition;
    private final WorkerSettings settings;
    private final LongSupplier nanoTime;

    private final RoomWait roomWait = new RoomWait();
    private final Holds holds;
    private final Arrivals arrivals;
    private final Commits commits;
    private final Rebalances rebalances;
    private final Drain drain;
    private volatile boolean leaving;

    LaneWorker(
            Consumer<String, byte[]> consumer,
            LaneTopics topics,
            LanePartitions partitions,
            Intake intake,
            JobBoard board,
            JobRunner runner,
            RunningJobs running,
            PollWake wake,
            StartNotes notes,
            Runnable handOvers,
            LaneMetrics metrics,
            WorkerCondition condition,
            WorkerSettings settings,
            LongSupplier nanoTime) {
        this.consumer = consumer;
        this.topics = topics;
        this.partitions = partitions;
        this.intake = intake;
        this.runner = runner;
        this.wake = wake;
        this.condition = condition;
        this.settings = settings;
        this.nanoTime = nanoTime;
        this.holds = new Holds(consumer, topics, partitions, board, roomWait, nanoTime);
        this.arrivals = new Arrivals(consumer, partitions, nanoTime);
        this.commits =
                new Commits(consumer, partitions, notes, settings.commitInterval(), nanoTime);
        this.rebalances =
                new Rebalances(
                        partitions,
                        intake,
                        runner,
                        holds,
                        arrivals,
                        commits,
                        metrics,
                        condition,
                        handOvers);
        this.drain =
                new Drain(consumer, intake, board, runner, running, wake, holds, commits, nanoTime);
    }

    /**
     * Serves the lane until {@link #leave}, then drains; leaves the consumer closed, also when it
     * throws.
     */
    void run() {
        condition.waitingFor("the consumer group");
        try {
            consumer.subscribe(topics.names(), rebalances);
            while (!leaving) {
                turn();
            }
            drain.run(settings.drain());
        } finally {
            intake.dropAll();
            intake.handOver(holds.owned());
            partitions.released(holds.owned());
            consumer.close(CloseOptions.timeout(CLOSE_TIMEOUT));
        }
    }

    /** Ends {@link #run}; from any thread. */
    void leave() {
        leaving = true;
        wake.wake();
    }

    private void turn() {
        if (arrivals.lookUp()) {
            holds.apply(leaving);
        }
        intake.take(poll());
        intake.release();
        runner.startJobs();
        runner.settle(intake::finished);
        giveWay();
        holds.apply(leaving);
        commits.commit();
    }

    /**
     * The client's poll spins for all of its time while paused partitions have records buffered, so
     * with anything held back the waiting is done here.
     */
    private ConsumerRecords<String, byte[]> poll() {
        boolean finishMatters = !commits.arePending();
        Duration time = pollTime();
        if (!holds.isEmpty()) {
            wake.park(
                    time.compareTo(HELD_WAIT) < 0 ? time : HELD_WAIT, finishMatters, holds.full());
            time = Duration.ZERO;
        }
        wake.beforePoll(consumer, finishMatters);
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
    private Duration pollTime() {
        if (runner.hasFinished() || leaving) {
            return Duration.ZERO;
        }
        return commits.arePending() ? commits.untilNext(IDLE_POLL) : IDLE_POLL;
    }

    /** Where a band that has just become full may have room again in a moment, it is not paused. */
    private void giveWay() {
        Set<Band> filling = holds.filling();
        if (filling.isEmpty() || roomWait.duration().isZero()) {
            return;
        }
        long start = nanoTime.getAsLong();
        wake.park(roomWait.duration(), false, filling);
        roomWait.took(nanoTime.getAsLong() - start);
    }
}
