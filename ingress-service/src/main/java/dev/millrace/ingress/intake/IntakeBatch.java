package dev.millrace.ingress.intake;

import dev.millrace.ingress.IngressMetrics;
import dev.millrace.ingress.intake.Verdict.Cause;
import dev.millrace.ingress.jobs.DeadLetters;
import dev.millrace.ingress.jobs.JobLog;
import dev.millrace.ingress.jobs.Sent;
import dev.millrace.kit.DeadLetter;
import dev.millrace.kit.telemetry.FaultTrail;
import dev.millrace.kit.telemetry.Hop;
import dev.millrace.kit.telemetry.TelemetryNames;
import dev.millrace.kit.telemetry.Tracing;
import dev.millrace.v1.JobCommand;
import dev.millrace.v1.Refusal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Passes a batch of intake records on and says how far each partition may be committed: up to the
 * first record that is neither in the jobs topic nor in the dead letters. Jobs are written first
 * and dead letters only when everything before them is safe, so that a dead letter is followed at
 * once by its commit and hardly ever repeated.
 */
public final class IntakeBatch {
    private static final Logger LOG = LoggerFactory.getLogger(IntakeBatch.class);
    private final Function<ConsumerRecord<byte[], byte[]>, Verdict> verdicts;
    private final Consumer<List<ConsumerRecord<byte[], byte[]>>> survey;
    private final JobLog jobs;
    private final DeadLetters deadLetters;
    private final IngressMetrics metrics;
    private final Tracing tracing;

    /**
     * How far a partition is done.
     *
     * @param firstUndone the offset of the record that waits; empty when all of the batch is done
     * @param buried whether there are new dead letters
     */
    public record Progress(Optional<Waiting> firstUndone, boolean buried) {}

    /** A record that waits, and with it its partition. */
    public record Waiting(long offset, Cause cause) {}

    /**
     * Passes batches on.
     *
     * @param verdicts what becomes of a record
     * @param survey looks at the records behind one whose schema is unknown
     */
    public IntakeBatch(
            Function<ConsumerRecord<byte[], byte[]>, Verdict> verdicts,
            Consumer<List<ConsumerRecord<byte[], byte[]>>> survey,
            JobLog jobs,
            DeadLetters deadLetters,
            IngressMetrics metrics,
            Tracing tracing) {
        this.verdicts = verdicts;
        this.survey = survey;
        this.jobs = jobs;
        this.deadLetters = deadLetters;
        this.metrics = metrics;
        this.tracing = tracing;
    }

    /** Returns when each record is written, or known to wait. */
    public Map<TopicPartition, Progress> pass(ConsumerRecords<byte[], byte[]> batch) {
        Map<TopicPartition, Run> runs = new HashMap<>();
        boolean brokerTakes = true;
        for (TopicPartition partition : batch.partitions()) {
            Run run = new Run();
            runs.put(partition, run);
            brokerTakes = run.write(batch.records(partition), brokerTakes);
        }
        runs.values().forEach(Run::awaitJobs);
        runs.values().forEach(Run::bury);
        Map<TopicPartition, Progress> progress = new HashMap<>();
        runs.forEach((partition, run) -> progress.put(partition, run.progress()));
        return progress;
    }

    /** One partition's part of the batch. */
    private final class Run {
        private final List<Passing> passing = new ArrayList<>();
        private Optional<Waiting> waiting = Optional.empty();
        private boolean buried;

        /**
         * Hands the jobs to the producer, up to the first record that has to wait; false when the
         * producer takes no more.
         */
        boolean write(List<ConsumerRecord<byte[], byte[]>> records, boolean brokerTakes) {
            for (int i = 0; i < records.size(); i++) {
                ConsumerRecord<byte[], byte[]> record = records.get(i);
                Verdict verdict = brokerTakes ? judge(record) : new Verdict.Hold(Cause.BROKER_DOWN);
                switch (verdict) {
                    case Verdict.Bury bury -> passing.add(new Passing(record, bury));
                    case Verdict.Forward forward -> {
                        Passing next = new Passing(record, forward);
                        passing.add(next);
                        if (next.failedAtOnce()) {
                            return false;
                        }
                    }
                    case Verdict.Hold(Cause cause) -> {
                        waiting = Optional.of(new Waiting(record.offset(), cause));
                        if (cause == Cause.UNKNOWN_SCHEMA) {
                            survey.accept(records.subList(i + 1, records.size()));
                        }
                        return brokerTakes;
                    }
                }
            }
            return brokerTakes;
        }

        void awaitJobs() {
            passing.forEach(Passing::awaitJob);
            cut();
        }

        /** Dead letters of all that lies before the first record that waits. */
        void bury() {
            passing.forEach(Passing::bury);
            buried = passing.stream().anyMatch(Passing::awaitBurial);
            cut();
        }

        Progress progress() {
            passing.forEach(Passing::count);
            return new Progress(waiting, buried);
        }

        /** What follows a record that was not written waits with it, and is read again. */
        private void cut() {
            for (int i = 0; i < passing.size(); i++) {
                if (passing.get(i).isUndone()) {
                    waiting =
                            Optional.of(
                                    new Waiting(passing.get(i).record.offset(), Cause.BROKER_DOWN));
                    passing.subList(i, passing.size()).clear();
                    return;
                }
            }
        }
    }

    private Verdict judge(ConsumerRecord<byte[], byte[]> record) {
        try {
            return verdicts.apply(record);
        } catch (RuntimeException e) {
            LOG.error(
                    "record=unprocessable topic={} partition={} offset={} error={}",
                    record.topic(),
                    record.partition(),
                    record.offset(),
                    FaultTrail.of(e));
            return new Verdict.Bury("unprocessable: " + e.getClass().getSimpleName(), 1);
        }
    }

    /**
     * One record on its way: to the jobs topic, or to the dead letters where it cannot be a job.
     */
    private final class Passing {
        private final ConsumerRecord<byte[], byte[]> record;
        private final Verdict verdict;
        private Optional<Verdict.Bury> burial;
        private CompletableFuture<Sent> sent;

        Passing(ConsumerRecord<byte[], byte[]> record, Verdict.Forward forward) {
            this.record = record;
            this.verdict = forward;
            this.burial = Optional.empty();
            this.sent = append(forward);
        }

        Passing(ConsumerRecord<byte[], byte[]> record, Verdict.Bury bury) {
            this.record = record;
            this.verdict = bury;
            this.burial = Optional.of(bury);
            this.sent = CompletableFuture.completedFuture(new Sent.Acknowledged());
        }

        private CompletableFuture<Sent> append(Verdict.Forward forward) {
            JobCommand command = forward.command();
            Hop hop =
                    tracing.receive(
                                    forward.trace(),
                                    record.topic(),
                                    record.partition(),
                                    record.offset(),
                                    IntakeSteps.GROUP)
                            .set(TelemetryNames.JOB, command.getJobId())
                            .set(TelemetryNames.TENANT, command.getTenant());
            if (command.getBody() instanceof Refusal refusal) {
                hop.failed(refusal.getError().getCode());
            }
            return jobs.append(command, hop.context()).whenComplete((done, never) -> hop.close());
        }

        boolean failedAtOnce() {
            return sent.isDone() && isUndone();
        }

        void awaitJob() {
            if (sent.join() instanceof Sent.Never(String reason)) {
                burial = Optional.of(new Verdict.Bury("unwritable: " + reason, 1));
                sent = CompletableFuture.completedFuture(new Sent.Acknowledged());
            }
        }

        void bury() {
            burial.ifPresent(
                    why ->
                            sent =
                                    deadLetters.bury(
                                            new DeadLetter(
                                                    record.topic(),
                                                    record.partition(),
                                                    record.offset(),
                                                    why.reason(),
                                                    why.attempts(),
                                                    record.value()),
                                            record.headers()));
        }

        boolean awaitBurial() {
            return burial.isPresent() && sent.join() instanceof Sent.Acknowledged;
        }

        /**
         * A dead letter that does not fit even without its value is given up: nothing else could
         * ever follow it.
         */
        boolean isUndone() {
            return sent.join() instanceof Sent.NotNow;
        }

        void count() {
            if (burial.isEmpty() && verdict instanceof Verdict.Forward forward) {
                if (forward.command().getBody() instanceof Refusal refusal) {
                    metrics.refusedRecord(refusal.getError().getCode());
                } else {
                    metrics.forwarded();
                }
            }
        }
    }
}
