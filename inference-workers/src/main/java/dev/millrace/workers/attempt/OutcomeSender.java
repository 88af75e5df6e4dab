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
 * registry is waited out, because an outcome that is lost is a job that runs again.
 */
public final class OutcomeSender {
    private static final Logger LOG = LoggerFactory.getLogger(OutcomeSender.class);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

    private final Producer<byte[], byte[]> producer;
    private final Serializer<Outcome> serializer;
    private final Tracing tracing;

    public OutcomeSender(
            Producer<byte[], byte[]> producer, Serializer<Outcome> serializer, Tracing tracing) {
        this.producer = producer;
        this.serializer = serializer;
        this.tracing = tracing;
    }

    /**
     * Blocks until the outcome is acknowledged.
     *
     * @throws InterruptedException when the worker leaves first; the job then runs again elsewhere
     */
    public void deliver(Report report) throws InterruptedException {
        if (report.hold().isPositive()) {
            TimeUnit.NANOSECONDS.sleep(report.hold().toNanos());
        }
        if (!tracing.isOn()) {
            send(report);
            return;
        }
        try (Hop hop =
                tracing.send(TraceContext.of(report.headers()), Topics.OUTCOMES.name())
                        .set(TelemetryNames.JOB, report.outcome().getJobId())
                        .set(TelemetryNames.TENANT, report.outcome().getTenant())) {
            send(report.with(hop.context().over(report.headers())));
        }
    }

    private void send(Report report) throws InterruptedException {
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
