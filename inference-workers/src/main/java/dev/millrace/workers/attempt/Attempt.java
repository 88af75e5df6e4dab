package dev.millrace.workers.attempt;

import dev.millrace.catalog.Lane;
import dev.millrace.kit.telemetry.FaultTrail;
import dev.millrace.kit.telemetry.Hop;
import dev.millrace.kit.telemetry.TraceContext;
import dev.millrace.kit.telemetry.Tracing;
import dev.millrace.serde.RegistryErrors;
import dev.millrace.v1.Outcome;
import dev.millrace.v1.RoutedJob;
import dev.millrace.workers.attempt.AttemptEnd.Abandon;
import dev.millrace.workers.attempt.AttemptEnd.Bury;
import dev.millrace.workers.attempt.AttemptEnd.Report;
import dev.millrace.workers.attempt.AttemptEnd.Skip;
import dev.millrace.workers.attempt.OutcomeWriter.Setting;
import dev.millrace.workers.engine.Engine;
import dev.millrace.workers.engine.EngineResult;
import dev.millrace.workers.engine.Prompt;
import dev.millrace.workers.engine.StopSignal;
import dev.millrace.workers.engine.StopSignal.Reason;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.Deserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes one attempt on the calling (virtual) thread: read the record, look whether the job is still
 * wanted, run it within its time, and say what is to be done about it. It writes nothing.
 */
public final class Attempt {
    private static final Logger LOG = LoggerFactory.getLogger(Attempt.class);
    private static final Duration BETWEEN_READS = Duration.ofSeconds(1);
    private static final Duration AFTER_DEADLINE = Duration.ofSeconds(1);

    private final Deserializer<RoutedJob> deserializer;
    private final RunningJobs jobs;
    private final OutcomeWriter outcomes;
    private final TokenStream tokens;
    private final TimeLimits limits;
    private final Clock clock;
    private final AttemptSpans spans;

    /**
     * @param deserializer waits by itself for what may pass soon
     */
    public Attempt(
            Deserializer<RoutedJob> deserializer,
            RunningJobs jobs,
            OutcomeWriter outcomes,
            TokenStream tokens,
            TimeLimits limits,
            Clock clock,
            Tracing tracing) {
        this.deserializer = deserializer;
        this.jobs = jobs;
        this.outcomes = outcomes;
        this.tokens = tokens;
        this.limits = limits;
        this.clock = clock;
        this.spans = new AttemptSpans(tracing);
    }

    /** Begins a record's step of its job's trace, which ends when the record is done with. */
    public Hop begin(ConsumerRecord<String, byte[]> record, Lane lane) {
        return spans.begin(record, lane);
    }

    /**
     * @param hop from {@link #begin}
     */
    public AttemptEnd run(ConsumerRecord<String, byte[]> record, Hop hop, Engine engine, Lane lane)
            throws InterruptedException {
        return ifWanted(
                record, hop, lane, (routed, stop) -> attempt(routed, hop, engine, lane, stop));
    }

    /**
     * Makes no attempt: workers have died of this one, which counts as a failure that may pass.
     *
     * @param hop from {@link #begin}
     */
    public AttemptEnd reportDeath(ConsumerRecord<String, byte[]> record, Hop hop, Lane lane)
            throws InterruptedException {
        return ifWanted(
                record,
                hop,
                lane,
                (routed, stop) ->
                        report(
                                routed,
                                outcomes.workerDied(routed, unmade(lane)),
                                hop,
                                Duration.ZERO));
    }

    /**
     * Makes no attempt: the classifier has ended the job, and may wait for a word before it says
     * so.
     *
     * @param hop from {@link #begin}
     */
    public AttemptEnd over(ConsumerRecord<String, byte[]> record, Hop hop, Lane lane, Reason reason)
            throws InterruptedException {
        return of(record, hop, routed -> unwanted(routed, hop, lane, reason));
    }

    private AttemptEnd ifWanted(
            ConsumerRecord<String, byte[]> record,
            Hop hop,
            Lane lane,
            BiFunction<RoutedJob, StopSignal, AttemptEnd> then)
            throws InterruptedException {
        return of(
                record,
                hop,
                routed -> {
                    StopSignal stop = jobs.begin(routed.getJobId());
                    try {
                        return stillWanted(routed, hop, lane, stop)
                                .orElseGet(() -> then.apply(routed, stop));
                    } finally {
                        jobs.end(routed.getJobId(), stop);
                    }
                });
    }

    private AttemptEnd of(
            ConsumerRecord<String, byte[]> record, Hop hop, Function<RoutedJob, AttemptEnd> then)
            throws InterruptedException {
        RoutedJob routed;
        try {
            routed = read(record);
        } catch (SerializationException e) {
            return new Bury(RegistryErrors.isUnknownId(e) ? "unknown_schema_id" : "undecodable");
        }
        AttemptSpans.describe(hop, routed);
        return then.apply(routed);
    }

    /**
     * Waits out an outage.
     *
     * @throws SerializationException when the record can never be read
     */
    private RoutedJob read(ConsumerRecord<String, byte[]> record) throws InterruptedException {
        while (true) {
            try {
                return deserializer.deserialize(record.topic(), record.headers(), record.value());
            } catch (InterruptException e) {
                throw (InterruptedException)
                        new InterruptedException("reading was interrupted").initCause(e);
            } catch (RuntimeException e) {
                switch (RegistryErrors.kindOf(e)) {
                    case BAD_RECORD, UNKNOWN_ID -> throw new SerializationException(e);
                    case OUTAGE, UNAUTHORIZED, OTHER ->
                            LOG.warn(
                                    "topic={} partition={} offset={} waiting_for=registry error={}",
                                    record.topic(),
                                    record.partition(),
                                    record.offset(),
                                    e.toString());
                }
            }
            TimeUnit.NANOSECONDS.sleep(BETWEEN_READS.toNanos());
        }
    }

    private Optional<AttemptEnd> stillWanted(
            RoutedJob routed, Hop hop, Lane lane, StopSignal stop) {
        Optional<Reason> over = stop.reason();
        if (over.isPresent()) {
            return Optional.of(unwanted(routed, hop, lane, over.get()));
        }
        if (!clock.instant().isBefore(routed.getDeadlineAt())) {
            return Optional.of(new Skip("deadline"));
        }
        return Optional.empty();
    }

    /** What is to be done about a job that has not begun and is not to begin any more. */
    private AttemptEnd unwanted(RoutedJob routed, Hop hop, Lane lane, Reason reason) {
        return switch (reason) {
            // the classifier waits a moment for the last word of whoever may be running it
            case CANCELLED ->
                    report(routed, outcomes.cancelled(routed, unmade(lane)), hop, Duration.ZERO);
            case EXPIRED, DEADLINE -> new Skip("deadline");
            case LEAVING, ATTEMPT_TIMEOUT -> new Abandon();
        };
    }

    /** The setting of an attempt that was not made. */
    private Setting unmade(Lane lane) {
        Instant now = clock.instant();
        return new Setting(lane.model(), now, now);
    }

    private AttemptEnd attempt(
            RoutedJob routed, Hop hop, Engine engine, Lane lane, StopSignal stop) {
        Instant started = clock.instant();
        try (TimeLimits.Limit limit = limit(routed, lane, started, stop)) {
            EngineResult result = call(routed, hop, engine, lane, stop);
            Setting setting = new Setting(lane.model(), started, clock.instant());
            return outcomes.write(routed, result, stop.reason(), setting)
                    .<AttemptEnd>map(outcome -> report(routed, outcome, hop, hold(result, stop)))
                    .orElseGet(Abandon::new);
        } catch (RuntimeException e) {
            // the message may quote content: the class and the place have to do
            LOG.error(
                    "job={} tenant={} lane={} attempt={} engine=broken_promise error={}",
                    routed.getJobId(),
                    routed.getTenant(),
                    routed.getLane(),
                    routed.getAttempt(),
                    FaultTrail.of(e));
            Setting setting = new Setting(lane.model(), started, clock.instant());
            return report(routed, outcomes.internalError(routed, e, setting), hop, Duration.ZERO);
        }
    }

    private EngineResult call(
            RoutedJob routed, Hop hop, Engine engine, Lane lane, StopSignal stop) {
        try (Hop call = spans.call(hop, routed, lane);
                TokenStream.Writer pieces = tokens.of(routed)) {
            EngineResult result = engine.run(Prompt.of(routed), pieces, stop);
            spans.tell(call, result);
            if (result instanceof EngineResult.Completed) {
                pieces.complete();
            }
            return result;
        }
    }

    /** Stops the attempt at the lane's limit or at the job's deadline, whichever is first. */
    private TimeLimits.Limit limit(RoutedJob routed, Lane lane, Instant now, StopSignal stop) {
        Duration untilDeadline = Duration.between(now, routed.getDeadlineAt());
        return untilDeadline.compareTo(lane.attemptTimeout()) <= 0
                ? limits.set(untilDeadline, stop, Reason.DEADLINE)
                : limits.set(lane.attemptTimeout(), stop, Reason.ATTEMPT_TIMEOUT);
    }

    /**
     * Lets the classifier find by itself that a deadline has passed: it is the one to end the job
     * as expired.
     */
    private static Duration hold(EngineResult result, StopSignal stop) {
        boolean deadline =
                result instanceof EngineResult.Stopped
                        && stop.reason().equals(Optional.of(Reason.DEADLINE));
        return deadline ? AFTER_DEADLINE : Duration.ZERO;
    }

    private static Report report(RoutedJob routed, Outcome outcome, Hop hop, Duration hold) {
        AttemptSpans.tell(hop, outcome);
        RecordHeaders headers =
                hop.context().equals(TraceContext.NONE)
                        ? new RecordHeaders()
                        : new RecordHeaders(hop.context().headers());
        return new Report(outcome, routed.getJobsPartition(), headers, hold);
    }
}
