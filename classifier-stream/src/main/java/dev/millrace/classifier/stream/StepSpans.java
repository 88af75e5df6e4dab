package dev.millrace.classifier.stream;

import dev.millrace.classifier.ClassifierTopology;
import dev.millrace.classifier.job.Emission;
import dev.millrace.classifier.job.Job;
import dev.millrace.classifier.job.Step;
import dev.millrace.kit.telemetry.Hop;
import dev.millrace.kit.telemetry.TelemetryNames;
import dev.millrace.kit.telemetry.TraceContext;
import dev.millrace.kit.telemetry.Tracing;
import dev.millrace.v1.Cancellation;
import dev.millrace.v1.Decision;
import dev.millrace.v1.InferenceResult;
import dev.millrace.v1.JobCommand;
import dev.millrace.v1.JobError;
import dev.millrace.v1.Outcome;
import dev.millrace.v1.Receipt;
import dev.millrace.v1.Refusal;
import dev.millrace.v1.RoutedJob;
import dev.millrace.v1.Submission;
import java.util.Locale;
import java.util.Optional;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;

/**
 * What a step looks like in a job's trace: which job it was about, where the job went and why, or
 * how it ended. A step that a failure made undo and do again is there twice.
 */
final class StepSpans {
    private final Tracing tracing;

    StepSpans(Tracing tracing) {
        this.tracing = tracing;
    }

    /** A command or an outcome came in. */
    Hop received(Record<String, SpecificRecord> record, Optional<RecordMetadata> place) {
        TraceContext parent = TraceContext.of(record.headers());
        if (!tracing.isOn() || place.isEmpty()) {
            return new Hop.Passing(parent);
        }
        Hop hop =
                tracing.receive(
                        parent,
                        place.get().topic(),
                        place.get().partition(),
                        place.get().offset(),
                        ClassifierTopology.APPLICATION);
        switch (record.value()) {
            case JobCommand command ->
                    job(hop, command.getJobId(), command.getTenant())
                            .set(TelemetryNames.COMMAND, word(command));
            case Outcome outcome ->
                    job(hop, outcome.getJobId(), outcome.getTenant())
                            .set(TelemetryNames.LANE, outcome.getLane())
                            .set(TelemetryNames.ATTEMPT, outcome.getAttempt())
                            .set(
                                    TelemetryNames.OUTCOME,
                                    lower(outcome.getBody().getClass().getSimpleName()));
            default -> {}
        }
        return hop;
    }

    /** A moment came that a job waited for; its trace is the one it came in with. */
    Hop due(Step step) {
        Hop hop = tracing.begin(Hop.Kind.INTERNAL, TelemetryNames.SPAN_DUE, kept(step));
        step.change().ifPresent(change -> job(hop, change.id().id(), change.id().tenant()));
        return hop;
    }

    /** The trace that an open job came in with. */
    static TraceContext kept(Step step) {
        return TraceContext.of(
                step.change()
                        .flatMap(
                                change ->
                                        change.from() instanceof Job.Open open
                                                ? open.head().traceparent()
                                                : Optional.empty()));
    }

    /** What the step came to. */
    void tell(Hop hop, Step step) {
        if (!tracing.isOn()) {
            return;
        }
        step.waste().ifPresent(waste -> hop.set(TelemetryNames.WASTE, waste.why()));
        for (Emission emission : step.emissions()) {
            switch (emission) {
                case Emission.ToLane(RoutedJob routed) -> routed(hop, routed);
                case Emission.ToResults(InferenceResult result) -> ended(hop, result);
                case Emission.ToIngress ingress -> {
                    if (ingress.reply().getBody() instanceof Receipt receipt) {
                        hop.set(TelemetryNames.RECEIPT, lower(receipt.getStatus().name()));
                    }
                }
                case Emission.ToWebhooks webhooks -> {}
                case Emission.ToControl control -> {}
                case Emission.ToTenantStatus status -> {}
                case Emission.ToDeadLetters letter -> {}
            }
        }
    }

    private static void routed(Hop hop, RoutedJob routed) {
        hop.set(TelemetryNames.LANE, routed.getLane())
                .set(TelemetryNames.BAND, lower(routed.getBand().name()))
                .set(TelemetryNames.ATTEMPT, routed.getAttempt());
        decided(hop, routed.getDecision());
    }

    private static void decided(Hop hop, Decision decision) {
        hop.set(TelemetryNames.VERTICAL, decision.getVertical())
                .set(TelemetryNames.COMPLEXITY, decision.getComplexity())
                .set(TelemetryNames.COMPLEXITY_SCORE, decision.getComplexityScore())
                .set(TelemetryNames.CATALOG_VERSION, decision.getCatalogVersion());
        decision.getRoute().ifPresent(route -> hop.set(TelemetryNames.ROUTE, route));
    }

    private static void ended(Hop hop, InferenceResult result) {
        hop.set(TelemetryNames.RESULT, lower(result.getStatus().name()));
        result.getLane().ifPresent(lane -> hop.set(TelemetryNames.LANE, lane));
        result.getError().map(JobError::getCode).ifPresent(hop::failed);
    }

    private static Hop job(Hop hop, String id, String tenant) {
        return hop.set(TelemetryNames.JOB, id).set(TelemetryNames.TENANT, tenant);
    }

    private static String word(JobCommand command) {
        return switch (command.getBody()) {
            case Submission submission -> "submit";
            case Refusal refusal -> "refuse";
            case Cancellation cancellation -> "cancel";
            default -> "unknown";
        };
    }

    private static String lower(String name) {
        return name.toLowerCase(Locale.ROOT);
    }
}
