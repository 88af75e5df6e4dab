package dev.millrace.classifier.stream;

import dev.millrace.classifier.JobFlow;
import dev.millrace.classifier.fair.LaneBoard;
import dev.millrace.classifier.job.Arrival;
import dev.millrace.classifier.job.Emission;
import dev.millrace.classifier.job.Job;
import dev.millrace.classifier.job.JobId;
import dev.millrace.classifier.job.Step;
import dev.millrace.classifier.job.TenantLoad;
import dev.millrace.classifier.store.JobBook;
import dev.millrace.classifier.store.Stores;
import dev.millrace.kit.streams.CommitPace;
import dev.millrace.kit.streams.EarlyCommits;
import dev.millrace.kit.telemetry.FaultTrail;
import dev.millrace.kit.telemetry.Hop;
import dev.millrace.kit.telemetry.TraceContext;
import dev.millrace.kit.telemetry.Tracing;
import dev.millrace.v1.InferenceResult;
import dev.millrace.v1.JobCommand;
import dev.millrace.v1.Outcome;
import dev.millrace.v1.Receipt;
import dev.millrace.v1.ReceiptStatus;
import dev.millrace.v1.RoutedJob;
import dev.millrace.v1.Submission;
import dev.millrace.v1.Succeeded;
import dev.millrace.v1.TenantStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks the flow what a record, or the passing of time, comes to; and does it. */
public final class JobProcessor implements Processor<String, SpecificRecord, String, Emission> {
    private static final Logger LOG = LoggerFactory.getLogger(JobProcessor.class);
    private static final Duration TICK = Duration.ofMillis(250);
    private static final int MOST_PER_TICK = 1_000;

    private final JobFlow flow;
    private final PatientCatalog catalog;
    private final LaneBoard lanes;
    private final ClassifierMetrics metrics;
    private final CommitPace pace;
    private final StepSpans spans;
    private final TenantNews news = new TenantNews();
    private @Nullable Task task;
    private long openJobs;

    /** What there is between init and close. */
    private record Task(
            ProcessorContext<String, Emission> context,
            JobBook book,
            EarlyCommits commits,
            int partition) {
        private Instant now() {
            return Instant.ofEpochMilli(context.currentSystemTimeMs());
        }
    }

    public JobProcessor(
            JobFlow flow,
            PatientCatalog catalog,
            LaneBoard lanes,
            ClassifierMetrics metrics,
            CommitPace pace,
            Tracing tracing) {
        this.flow = flow;
        this.catalog = catalog;
        this.lanes = lanes;
        this.metrics = metrics;
        this.pace = pace;
        this.spans = new StepSpans(tracing);
    }

    @Override
    public void init(ProcessorContext<String, Emission> context) {
        JobBook book = Stores.open(context);
        Task opened =
                new Task(
                        context,
                        book,
                        EarlyCommits.of(pace, context),
                        context.taskId().partition());
        task = opened;
        news.changed(book.loads().keySet());
        openJobs = book.loads().values().stream().mapToLong(TenantLoad::jobs).sum();
        metrics.open(opened.partition(), openJobs);
        context.schedule(
                TICK,
                PunctuationType.WALL_CLOCK_TIME,
                now -> tick(opened, Instant.ofEpochMilli(now)));
    }

    @Override
    public void process(Record<String, SpecificRecord> record) {
        Task here = task();
        try (Hop hop = spans.received(record, here.context().recordMetadata())) {
            TraceContext trace = hop.context();
            Step step =
                    switch (record.value()) {
                        case JobCommand command -> command(here, command, trace);
                        case Outcome outcome -> outcome(here, outcome);
                        default ->
                                throw new UndecidableException(
                                        new IllegalArgumentException(
                                                "neither command nor outcome"));
                    };
            perform(here, step, trace);
            spans.tell(hop, step);
        }
    }

    @Override
    public void close() {
        Task closing = task;
        if (closing != null) {
            metrics.left(closing.partition());
        }
        task = null;
        news.clear();
    }

    private Step command(Task here, JobCommand command, TraceContext trace) {
        Arrival arrival = new Arrival(command, here.partition(), trace.traceparent(), here.now());
        try {
            if (command.getBody() instanceof Submission submission) {
                catalog.await(command.getTenant(), submission.getJob().getModel());
            }
            return flow.command(arrival, here.book());
        } catch (KafkaException e) {
            throw e;
        } catch (RuntimeException e) {
            if (command.getBody() instanceof Submission submission) {
                abandon(here, arrival, submission);
            }
            throw new UndecidableException(e);
        }
    }

    /** The record becomes a dead letter; its job must not wait for its deadline to hear of it. */
    private void abandon(Task here, Arrival arrival, Submission submission) {
        try {
            Step step = flow.undecided(arrival, submission, here.book());
            perform(here, step, TraceContext.of(arrival.traceparent()));
        } catch (KafkaException e) {
            throw e;
        } catch (RuntimeException e) {
            LOG.error(
                    "command=unanswerable job={} tenant={} partition={} error={}",
                    arrival.command().getJobId(),
                    arrival.command().getTenant(),
                    here.partition(),
                    FaultTrail.of(e));
        }
    }

    private Step outcome(Task here, Outcome outcome) {
        try {
            Step step = flow.outcome(outcome, here.book(), here.now());
            step.change().ifPresent(change -> learn(change, outcome));
            return step;
        } catch (KafkaException e) {
            throw e;
        } catch (RuntimeException e) {
            throw new UndecidableException(e);
        }
    }

    /** Only an attempt that ran to its end tells how fast its lane is. */
    private void learn(Step.Change change, Outcome outcome) {
        metrics.attempt(outcome);
        if (outcome.getBody() instanceof Succeeded && change.from() instanceof Job.Open open) {
            lanes.attempt(
                    outcome.getLane(),
                    open.attempt().predictedTokens(),
                    outcome.getTiming().getModelMs());
        }
    }

    private void tick(Task here, Instant now) {
        here.book().due(now, MOST_PER_TICK, (id, job) -> look(here, id, job, now));
        List<TenantStatus> told = news.due(now, here.book()::load);
        for (TenantStatus status : told) {
            forward(here, new Emission.ToTenantStatus(status), TraceContext.NONE);
        }
        if (!told.isEmpty()) {
            metrics.lanes(here.partition(), here.book().lanes());
        }
        metrics.alive(here.partition(), now.toEpochMilli());
    }

    private void look(Task here, JobId id, Job job, Instant now) {
        Step step;
        try {
            step = flow.due(id, job, here.book().held(id), now);
        } catch (KafkaException e) {
            throw e;
        } catch (RuntimeException e) {
            LOG.error(
                    "job={} tenant={} due=undecidable error={}",
                    id.id(),
                    id.tenant(),
                    FaultTrail.of(e));
            return;
        }
        if (!step.emissions().isEmpty()) {
            try (Hop hop = spans.due(step)) {
                perform(here, step, hop.context());
                spans.tell(hop, step);
            }
        } else {
            perform(here, step, TraceContext.NONE);
        }
    }

    private void perform(Task here, Step step, TraceContext given) {
        step.change().ifPresent(change -> apply(here, change));
        TraceContext trace = given.traceparent().isPresent() ? given : StepSpans.kept(step);
        for (Emission emission : step.emissions()) {
            note(emission, here.now());
            forward(here, emission, trace);
        }
        step.waste().ifPresent(metrics::wasted);
        here.commits().worked();
    }

    private void apply(Task here, Step.Change change) {
        here.book().apply(change);
        news.changed(change.id().tenant());
        int opened =
                (change.to() instanceof Job.Open ? 1 : 0)
                        - (change.from() instanceof Job.Open ? 1 : 0);
        if (opened != 0) {
            openJobs = Math.max(0, openJobs + opened);
            metrics.open(here.partition(), openJobs);
        }
    }

    private void note(Emission emission, Instant now) {
        switch (emission) {
            case Emission.ToResults(InferenceResult result) -> metrics.ended(result);
            case Emission.ToIngress ingress -> {
                if (ingress.reply().getBody() instanceof Receipt receipt
                        && receipt.getStatus() == ReceiptStatus.ACCEPTED) {
                    metrics.accepted();
                }
            }
            case Emission.ToLane(RoutedJob routed) -> {
                news.routed(routed.getTenant(), routed.getLane(), now);
                catalog.get()
                        .lane(routed.getLane())
                        .ifPresent(lane -> lanes.routed(routed, lane, now));
            }
            case Emission.ToWebhooks webhooks -> {}
            case Emission.ToControl control -> {}
            case Emission.ToTenantStatus status -> {}
            case Emission.ToDeadLetters letter -> {}
        }
    }

    private static void forward(Task here, Emission emission, TraceContext trace) {
        Headers headers = new RecordHeaders(trace.headers());
        Addressed to = Addressed.of(emission, here.context().recordMetadata(), headers);
        here.context()
                .forward(new Record<>(to.key(), emission, here.now().toEpochMilli(), to.headers()));
    }

    private Task task() {
        if (task == null) {
            throw new IllegalStateException("the processor is not initialised");
        }
        return task;
    }
}
