package dev.millrace.workers;

import dev.millrace.catalog.Lane;
import dev.millrace.kit.DeadLetterQueue;
import dev.millrace.kit.telemetry.Hop;
import dev.millrace.v1.Outcome;
import dev.millrace.v1.Succeeded;
import dev.millrace.workers.attempt.Attempt;
import dev.millrace.workers.attempt.AttemptEnd;
import dev.millrace.workers.attempt.AttemptEnd.Abandon;
import dev.millrace.workers.attempt.AttemptEnd.Bury;
import dev.millrace.workers.attempt.AttemptEnd.Report;
import dev.millrace.workers.attempt.AttemptEnd.Skip;
import dev.millrace.workers.attempt.OutcomeSender;
import dev.millrace.workers.engine.LaneEngine;
import dev.millrace.workers.engine.StopSignal.Reason;
import dev.millrace.workers.intake.JobBoard;
import dev.millrace.workers.intake.LaneJob;
import dev.millrace.workers.intake.LaneJob.Way;
import java.time.Duration;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Runs jobs from the board on virtual threads, as many at once as there are slots. A slot is free
 * as soon as the model call is over; a record is finished only when its outcome is acknowledged.
 *
 * <p>A thread runs one job after the other for as long as any wait. Before it begins one it sees to
 * it that another thread is ready to take the next: that one comes to run when the first has to
 * wait for its engine. So a lane whose engine answers at once starts few threads, and one whose
 * engine takes its time has all its slots filled without any delay.
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

    /** A thread has been started that has not looked for a job yet. */
    private final AtomicBoolean spare = new AtomicBoolean();

    private final Queue<LaneJob> finished = new ConcurrentLinkedQueue<>();
    private final ExecutorService threads;

    /**
     * @param threads virtual ones, one for each task; closed with this
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
            ExecutorService threads,
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
        this.threads = threads;
    }

    /** Sees to it that a thread looks for waiting jobs, where there are free slots for them. */
    void startJobs() {
        if (!spare.get() && board.canStart() && spare.compareAndSet(false, true)) {
            try {
                threads.execute(this::serve);
            } catch (RejectedExecutionException e) {
                LOG.debug("state=closed");
            }
        }
    }

    /** Runs jobs until none waits, no slot is free or there is no engine. */
    private void serve() {
        spare.set(false);
        while (!Thread.currentThread().isInterrupted()) {
            Optional<LaneEngine.Lease> lease = engine.lease();
            if (lease.isEmpty()) {
                return;
            }
            Optional<LaneJob> job = board.take();
            if (job.isEmpty()) {
                lease.get().close();
                return;
            }
            startJobs();
            wake.started();
            LaneJob taken = job.get();
            LaneEngine.Lease held = lease.get();
            work(taken, hop -> attempt(taken, hop, held));
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

    /** A job is over: where its record waits for a slot it is done with now. From any thread. */
    void withdraw(String jobId, Reason reason) {
        for (Optional<LaneJob> waits = board.withdraw(jobId);
                waits.isPresent();
                waits = board.withdraw(jobId)) {
            LaneJob job = waits.get();
            try {
                threads.execute(
                        () ->
                                work(
                                        job,
                                        hop ->
                                                attempt.over(
                                                        job.record(), hop, lane.get(), reason)));
            } catch (RejectedExecutionException e) {
                LOG.debug("partition={} offset={} state=closed", job.partition(), job.offset());
            }
        }
    }

    /** What is tried with a job. */
    private interface Try {
        AttemptEnd with(Hop hop) throws InterruptedException;
    }

    private void work(LaneJob job, Try that) {
        boolean seenTo = false;
        Hop hop = attempt.begin(job.record(), lane.get());
        try {
            end(job, hop, that.with(hop));
            seenTo = true;
        } catch (InterruptedException e) {
            LOG.debug("partition={} offset={} state=given_up", job.partition(), job.offset());
            Thread.currentThread().interrupt();
        } finally {
            if (!seenTo) {
                gone(job, hop, false);
            }
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
        }
    }

    /** Does what the attempt's end asks for; the job is gone once that is safe. */
    private void end(LaneJob job, Hop hop, AttemptEnd end) throws InterruptedException {
        switch (end) {
            case Report report -> outcomes.send(report, receipt(job, hop, report.outcome()));
            case Skip skip -> {
                metrics.skipped(skip.why());
                LOG.info(
                        "job={} lane={} partition={} offset={} skipped={}",
                        job.record().key(),
                        lane.get().name(),
                        job.partition(),
                        job.offset(),
                        skip.why());
                gone(job, hop, true);
            }
            case Bury bury -> {
                // others need not wait for the dead letter
                startJobs();
                bury(job, bury.reason());
                gone(job, hop, true);
            }
            case Abandon abandon -> gone(job, hop, false);
        }
    }

    private OutcomeSender.Receipt receipt(LaneJob job, Hop hop, Outcome outcome) {
        return new OutcomeSender.Receipt() {
            @Override
            public void acknowledged() {
                metrics.delivered(outcome);
                log(outcome);
                gone(job, hop, true);
            }

            @Override
            public void givenUp() {
                gone(job, hop, false);
            }
        };
    }

    /**
     * @param done whether the record is finished; it runs again elsewhere otherwise
     */
    private void gone(LaneJob job, Hop hop, boolean done) {
        if (done) {
            finished.add(job);
        }
        if (board.gone(job, done)) {
            handOvers.run();
        }
        wake.toCommit();
        startJobs();
        hop.close();
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
