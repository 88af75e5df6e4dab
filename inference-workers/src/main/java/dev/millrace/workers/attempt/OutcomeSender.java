package dev.millrace.workers.attempt;

import dev.millrace.kit.telemetry.Hop;
import dev.millrace.kit.telemetry.TelemetryNames;
import dev.millrace.kit.telemetry.TraceContext;
import dev.millrace.kit.telemetry.Tracing;
import dev.millrace.topics.Topics;
import dev.millrace.v1.Failed;
import dev.millrace.v1.JobError;
import dev.millrace.v1.Outcome;
import dev.millrace.workers.attempt.AttemptEnd.Report;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.serialization.Serializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes outcomes, and does not rest before each is acknowledged: an outage of the broker or the
 * registry is waited out, because an outcome that is lost is a job that runs again. Nobody waits
 * for the everyday case; what does not get through at once is tried again on a thread of its own.
 */
public final class OutcomeSender {
    private static final Logger LOG = LoggerFactory.getLogger(OutcomeSender.class);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

    private final Producer<byte[], byte[]> producer;
    private final Serializer<Outcome> serializer;
    private final Tracing tracing;
    private final Executor threads;

    /**
     * @param threads for outcomes that have to wait; interrupted when the worker leaves
     */
    public OutcomeSender(
            Producer<byte[], byte[]> producer,
            Serializer<Outcome> serializer,
            Tracing tracing,
            Executor threads) {
        this.producer = producer;
        this.serializer = serializer;
        this.tracing = tracing;
        this.threads = threads;
    }

    /** Told how it went, once; on the producer's thread, which must not be kept. */
    public interface Receipt {
        void acknowledged();

        /** The worker left first; the job runs again elsewhere. */
        void givenUp();
    }

    /**
     * Writes an outcome; returns before it is acknowledged, and at once unless a buffer is full.
     */
    public void send(Report report, Receipt receipt) {
        if (report.hold().isPositive()) {
            elsewhere(
                    receipt,
                    () -> {
                        TimeUnit.NANOSECONDS.sleep(report.hold().toNanos());
                        sendTraced(report, receipt);
                    });
        } else {
            sendTraced(report, receipt);
        }
    }

    private void sendTraced(Report report, Receipt receipt) {
        if (!tracing.isOn()) {
            sendOnce(report, receipt);
            return;
        }
        Hop hop =
                tracing.send(TraceContext.of(report.headers()), Topics.OUTCOMES.name())
                        .set(TelemetryNames.JOB, report.outcome().getJobId())
                        .set(TelemetryNames.TENANT, report.outcome().getTenant());
        sendOnce(
                report.with(hop.context().over(report.headers())), new TracedReceipt(receipt, hop));
    }

    private void sendOnce(Report report, Receipt receipt) {
        try {
            var unused =
                    producer.send(
                            record(report),
                            (metadata, error) -> {
                                if (error == null) {
                                    receipt.acknowledged();
                                } else {
                                    insist(report, receipt);
                                }
                            });
        } catch (KafkaException e) {
            insist(report, receipt);
        }
    }

    private void insist(Report report, Receipt receipt) {
        elsewhere(
                receipt,
                () -> {
                    deliver(report);
                    receipt.acknowledged();
                });
    }

    private interface Patience {
        void have() throws InterruptedException;
    }

    private void elsewhere(Receipt receipt, Patience patience) {
        try {
            threads.execute(
                    () -> {
                        try {
                            patience.have();
                        } catch (InterruptedException e) {
                            receipt.givenUp();
                        }
                    });
        } catch (RejectedExecutionException e) {
            receipt.givenUp();
        }
    }

    /**
     * Blocks until the outcome is acknowledged.
     *
     * @throws InterruptedException when the worker leaves first
     */
    private void deliver(Report report) throws InterruptedException {
        Report sending = report;
        Duration pause = FIRST_PAUSE;
        while (true) {
            try {
                producer.send(record(sending)).get();
                return;
            } catch (ExecutionException | KafkaException e) {
                Throwable cause =
                        e instanceof ExecutionException && e.getCause() != null ? e.getCause() : e;
                switch (cause) {
                    case InterruptException interrupted -> throw interruption(interrupted);
                    case RecordTooLargeException tooLarge -> sending = tooLarge(sending);
                    default -> warn(sending.outcome(), cause, pause);
                }
            }
            TimeUnit.NANOSECONDS.sleep(pause.toNanos());
            Duration twice = pause.multipliedBy(2);
            pause = twice.compareTo(LONGEST_PAUSE) < 0 ? twice : LONGEST_PAUSE;
        }
    }

    /** The step of the trace ends with the acknowledgement. */
    private record TracedReceipt(Receipt receipt, Hop hop) implements Receipt {
        @Override
        public void acknowledged() {
            receipt.acknowledged();
            hop.close();
        }

        @Override
        public void givenUp() {
            receipt.givenUp();
            hop.close();
        }
    }

    private ProducerRecord<byte[], byte[]> record(Report report) {
        Outcome outcome = report.outcome();
        return new ProducerRecord<>(
                Topics.OUTCOMES.name(),
                report.partition(),
                outcome.getTenant().getBytes(StandardCharsets.UTF_8),
                serializer.serialize(Topics.OUTCOMES.name(), outcome),
                report.headers());
    }

    /** The broker's own limit is lower than ours; the job ends with an error that says so. */
    private static Report tooLarge(Report report) {
        Outcome was = report.outcome();
        LOG.warn(
                "job={} tenant={} lane={} attempt={} outcome=too_large",
                was.getJobId(),
                was.getTenant(),
                was.getLane(),
                was.getAttempt());
        Failed failed =
                new Failed(
                        new JobError(
                                "answer_too_large",
                                null,
                                AnswerLimit.RECORD_BYTES + " bytes",
                                "the outcome is over what the broker takes"));
        Outcome instead =
                new Outcome(
                        was.getJobId(),
                        was.getTenant(),
                        was.getLane(),
                        was.getModel(),
                        was.getAttempt(),
                        was.getWorker(),
                        was.getUsage(),
                        was.getTiming(),
                        failed);
        return new Report(instead, report.partition(), report.headers(), Duration.ZERO);
    }

    private static void warn(Outcome outcome, Throwable cause, Duration pause) {
        LOG.warn(
                "job={} tenant={} lane={} attempt={} outcome=unsent retry_in_ms={} error={}",
                outcome.getJobId(),
                outcome.getTenant(),
                outcome.getLane(),
                outcome.getAttempt(),
                pause.toMillis(),
                cause.toString());
    }

    private static InterruptedException interruption(InterruptException e) {
        InterruptedException interrupted = new InterruptedException("sending was interrupted");
        interrupted.initCause(e);
        return interrupted;
    }
}
