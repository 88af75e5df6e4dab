package dev.millrace.workers;

import dev.millrace.catalog.Lane;
import dev.millrace.kit.DeadLetterQueue;
import dev.millrace.kit.telemetry.Hop;
import dev.millrace.v1.Outcome;
import dev.millrace.v1.Succeeded;
import dev.millrace.workers.attempt.Attempt;
import dev.millrace.workers.attempt.AttemptEnd.Abandon;
import dev.millrace.workers.attempt.AttemptEnd.Bury;
import dev.millrace.workers.attempt.AttemptEnd.Report;
import dev.millrace.workers.attempt.AttemptEnd.Skip;
import dev.millrace.workers.attempt.AttemptEnd;
import dev.millrace.workers.attempt.OutcomeSender;
import dev.millrace.workers.engine.LaneEngine;
import dev.millrace.workers.intake.JobBoard;
import dev.millrace.workers.intake.LaneJob.Way;
import dev.millrace.workers.intake.LaneJob;
import java.time.Duration;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Runs jobs from the board on virtual threads, as many at once as there are slots. A slot is free
 * as soon as the model call is over; a record is finished only when its outcome is acknowledged.
 */
final class JobRunner implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(JobRunner.class);
    private static final Duration BETWEEN_LETTERS = Duration.ofSeconds(1);

    private final JobBoard board;
    private final LaneEngine engine;
    private final Supplier<Lane> lane;
    private final Attempt attempt;
    private final OutcomeSender outcomes;
    private final DeadLetterQueue deadLetters;
    private final LaneMetrics metrics;
    private final PollWake wake;
    private final StartNotes notes;
    private final Runnable handOvers;
    private final Queue<LaneJob> finished = new ConcurrentLinkedQueue<>();
    private final ExecutorService threads =
            Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("job-", 0).factory());

    /**
     * @param handOvers called when a job ends whose partition has gone to another worker
     */
    JobRunner(
            JobBoard board,
            LaneEngine engine,
            Supplier<Lane> lane,
            Attempt attempt,
            OutcomeSender outcomes,
            DeadLetterQueue deadLetters,
            LaneMetrics metrics,
            PollWake wake,
            StartNotes notes,
            Runnable handOvers) {
        this.board = board;
        this.engine = engine;
        this.lane = lane;
        this.attempt = attempt;
        this.outcomes = outcomes;
        this.deadLetters = deadLetters;
        this.metrics = metrics;
        this.wake = wake;
        this.notes = notes;
        this.handOvers = handOvers;
    }

    /** Starts waiting jobs while there are free slots and an engine. */
    void startJobs() {
        while (true) {
            Optional<LaneEngine.Lease> lease = engine.lease();
            if (lease.isEmpty()) {
                return;
            }
            Optional<LaneJob> job = board.take();
            if (job.isEmpty()) {
                lease.get().close();
                return;
            }
            threads.execute(() -> work(job.get(), lease.get()));
            wake.started();
        }
    }

    /** Tells which records are done with; on the polling thread. */
    void settle(Consumer<LaneJob> books) {
        for (LaneJob job = finished.poll(); job != null; job = finished.poll()) {
            books.accept(job);
        }
    }

    boolean hasFinished() {
        return !finished.isEmpty();
    }

    /** Interrupts whatever still runs. */
    @Override
    public void close() {
        threads.shutdownNow();
    }

    private void work(LaneJob job, LaneEngine.Lease lease) {
        boolean done = false;
        try (Hop hop = attempt.begin(job.record(), lane.get())) {
            AttemptEnd end = attempt(job, hop, lease);
            done = done(job, end);
            if (done) {
                finished.add(job);
            }
        } catch (InterruptedException e) {
            LOG.debug("partition={} offset={} state=given_up", job.partition(), job.offset());
        } finally {
            if (board.gone(job, done)) {
                handOvers.run();
            }
            wake.toCommit();
            startJobs();
        }
    }

    private AttemptEnd attempt(LaneJob job, Hop hop, LaneEngine.Lease lease)
            throws InterruptedException {
        try (lease) {
            if (job.way() == Way.REPORTED_DEAD) {
                return attempt.reportDeath(job.record(), hop, lane.get());
            }
            if (job.way() != Way.AT_ONCE) {
                notes.await();
            }
            return attempt.run(job.record(), hop, lease.engine(), lane.get());
        } finally {
            board.released();
            startJobs();
        }
    }

    /** Does what the attempt's end asks for; blocks until it is safe. */
    private boolean done(LaneJob job, AttemptEnd end) throws InterruptedException {
        return switch (end) {
            case Report report -> {
                outcomes.deliver(report);
                metrics.delivered(report.outcome());
                log(report.outcome());
                yield true;
            }
            case Skip skip -> {
                metrics.skipped(skip.why());
                LOG.info(
                        "job={} lane={} partition={} offset={} skipped={}",
                        job.record().key(),
                        lane.get().name(),
                        job.partition(),
                        job.offset(),
                        skip.why());
                yield true;
            }
            case Bury bury -> {
                bury(job, bury.reason());
                yield true;
            }
            case Abandon abandon -> false;
        };
    }

    private void bury(LaneJob job, String reason) throws InterruptedException {
        while (true) {
            try {
                deadLetters.put(job.record(), reason);
                metrics.deadLettered(reason);
                return;
            } catch (KafkaException e) {
                LOG.warn(
                        "partition={} offset={} dead_letter=unsent error={}",
                        job.partition(),
                        job.offset(),
                        e.toString());
            }
            TimeUnit.NANOSECONDS.sleep(BETWEEN_LETTERS.toNanos());
        }
    }

    /**
     * The everyday case only where somebody looks for it: a line for each job would cost more than
     * the job's record.
     */
    private static void log(Outcome outcome) {
        Level level = outcome.getBody() instanceof Succeeded ? Level.DEBUG : Level.INFO;
        LOG.atLevel(level)
                .log(
                        "job={} tenant={} lane={} attempt={} outcome={} queue_ms={} model_ms={}"
                                + " input_tokens={} output_tokens={}",
                        outcome.getJobId(),
                        outcome.getTenant(),
                        outcome.getLane(),
                        outcome.getAttempt(),
                        LaneMetrics.kind(outcome),
                        outcome.getTiming().getQueueMs(),
                        outcome.getTiming().getModelMs(),
                        outcome.getUsage().getInputTokens(),
                        outcome.getUsage().getOutputTokens());
    }
}
