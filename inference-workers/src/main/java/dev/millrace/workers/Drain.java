package dev.millrace.workers;

import dev.millrace.workers.attempt.RunningJobs;
import dev.millrace.workers.intake.JobBoard;
import java.time.Duration;
import java.util.Set;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How a worker leaves: it takes no more, waits a bounded time for what runs, commits, and leaves
 * the rest to others.
 */
final class Drain {
    private static final Logger LOG = LoggerFactory.getLogger(Drain.class);
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(1);
    private static final Duration STEP = Duration.ofMillis(50);

    private final Consumer<?, ?> consumer;
    private final Intake intake;
    private final JobBoard board;
    private final JobRunner runner;
    private final RunningJobs running;
    private final PollWake wake;
    private final Holds holds;
    private final Commits commits;
    private final LongSupplier nanoTime;

    Drain(
            Consumer<?, ?> consumer,
            Intake intake,
            JobBoard board,
            JobRunner runner,
            RunningJobs running,
            PollWake wake,
            Holds holds,
            Commits commits,
            LongSupplier nanoTime) {
        this.consumer = consumer;
        this.intake = intake;
        this.board = board;
        this.runner = runner;
        this.running = running;
        this.wake = wake;
        this.holds = holds;
        this.commits = commits;
        this.nanoTime = nanoTime;
    }

    /**
     * @param limit how long it waits for what runs before it stops it
     */
    void run(Duration limit) {
        intake.dropAll();
        LOG.info("state=draining under_way={} limit_ms={}", board.underWay(), limit.toMillis());
        awaitQuiet(limit);
        if (board.underWay() > 0) {
            LOG.info("state=giving_up under_way={}", board.underWay());
            running.leave();
            awaitQuiet(STOP_TIMEOUT);
        }
        runner.settle(intake::finished);
        commits.commitNow(holds.owned());
    }

    /** Polls on, with everything paused, until nothing runs any more or the time is over. */
    private void awaitQuiet(Duration limit) {
        long end = nanoTime.getAsLong() + limit.toNanos();
        while (board.underWay() > 0 && nanoTime.getAsLong() < end) {
            holds.apply(true);
            try {
                wake.park(STEP, true, Set.of());
                // records that still come were not asked for; nobody is told that they were seen
                consumer.poll(Duration.ZERO);
            } catch (WakeupException e) {
                LOG.debug("drain=woken");
            }
            runner.settle(intake::finished);
            commits.commit();
        }
    }
}
