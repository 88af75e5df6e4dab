package dev.millrace.workers.attempt;

import dev.millrace.catalog.Lane;
import dev.millrace.kit.telemetry.Hop;
import dev.millrace.kit.telemetry.TelemetryNames;
import dev.millrace.kit.telemetry.Tracing;
import dev.millrace.topics.Topics;
import dev.millrace.v1.Outcome;
import dev.millrace.v1.RoutedJob;
import dev.millrace.workers.engine.EngineResult;
import dev.millrace.workers.engine.Provider;
import dev.millrace.workers.engine.Spent;
import dev.millrace.workers.engine.TokenCounts;
import java.util.List;
import java.util.Locale;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * An attempt in its job's trace: the record that was worked on, and within it the model call under
 * the GenAI conventions. Codes and counts only: neither prompt nor answer nor an error's message.
 */
final class AttemptSpans {
    private final Tracing tracing;

    AttemptSpans(Tracing tracing) {
        this.tracing = tracing;
    }

    /** From the start of an attempt until its record is done with. */
    Hop begin(ConsumerRecord<String, byte[]> record, Lane lane) {
        return tracing.receive(record, Topics.laneGroup(lane.name()));
    }

    /** The record has been read: this is the job. */
    static void describe(Hop hop, RoutedJob routed) {
        hop.set(TelemetryNames.JOB, routed.getJobId())
                .set(TelemetryNames.TENANT, routed.getTenant())
                .set(TelemetryNames.LANE, routed.getLane())
                .set(TelemetryNames.BAND, routed.getBand().name().toLowerCase(Locale.ROOT))
                .set(TelemetryNames.ATTEMPT, routed.getAttempt());
    }

    static void tell(Hop hop, Outcome outcome) {
        hop.set(
                        TelemetryNames.OUTCOME,
                        outcome.getBody().getClass().getSimpleName().toLowerCase(Locale.ROOT))
                .set(TelemetryNames.QUEUE_MS, outcome.getTiming().getQueueMs());
    }

    /** The model call of an attempt. */
    Hop call(Hop attempt, RoutedJob routed, Lane lane) {
        if (!tracing.isOn()) {
            return attempt;
        }
        Hop call =
                tracing.begin(
                        Hop.Kind.CLIENT,
                        TelemetryNames.CHAT + " " + lane.model(),
                        attempt.context());
        describe(call, routed);
        return call.set(TelemetryNames.GEN_AI_OPERATION, TelemetryNames.CHAT)
                .set(TelemetryNames.GEN_AI_PROVIDER, Provider.of(lane))
                .set(TelemetryNames.GEN_AI_REQUEST_MODEL, lane.model())
                .set(TelemetryNames.GEN_AI_REQUEST_MAX_TOKENS, routed.getMaxTokens());
    }

    /** What came of the call. */
    void tell(Hop call, EngineResult result) {
        if (!tracing.isOn()) {
            return;
        }
        Spent spent = result.spent();
        TokenCounts tokens = spent.tokens();
        call.set(TelemetryNames.GEN_AI_INPUT_TOKENS, tokens.input())
                .set(TelemetryNames.GEN_AI_OUTPUT_TOKENS, tokens.output());
        if (tokens.cachedInput() > 0) {
            call.set(TelemetryNames.GEN_AI_CACHED_TOKENS, tokens.cachedInput());
        }
        if (tokens.reasoning() > 0) {
            call.set(TelemetryNames.GEN_AI_REASONING_TOKENS, tokens.reasoning());
        }
        switch (result) {
            case EngineResult.Completed done -> {
                call.set(TelemetryNames.FIRST_TOKEN_MS, spent.firstTokenMs())
                        .set(TelemetryNames.GEN_AI_FINISH_REASONS, List.of(done.finishReason()));
                done.model().ifPresent(it -> call.set(TelemetryNames.GEN_AI_RESPONSE_MODEL, it));
            }
            case EngineResult.Failed failed -> call.failed(failed.code());
            case EngineResult.Transient passing -> call.failed(passing.code());
            case EngineResult.Unavailable out -> call.failed(out.code());
            case EngineResult.Stopped stopped -> call.failed("stopped");
        }
    }
}
