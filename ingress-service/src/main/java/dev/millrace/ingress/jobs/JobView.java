package dev.millrace.ingress.jobs;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.millrace.v1.Decision;
import dev.millrace.v1.InferenceResult;
import dev.millrace.v1.JobError;
import dev.millrace.v1.ToolCall;
import dev.millrace.v1.Usage;
import io.micronaut.serde.annotation.Serdeable;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A job as its owner sees it. What is not known yet is absent.
 *
 * @param status queued, running, succeeded, failed, rejected, expired or cancelled
 * @param costMicros millionths of the currency; absent until the ledger has priced the result
 */
@Serdeable
@JsonInclude(JsonInclude.Include.NON_NULL)
public record JobView(
        String id,
        String status,
        @JsonProperty("created_at") @Nullable Instant createdAt,
        @JsonProperty("completed_at") @Nullable Instant completedAt,
        @JsonProperty("deadline_at") @Nullable Instant deadlineAt,
        @Nullable String output,
        @JsonProperty("finish_reason") @Nullable String finishReason,
        @JsonProperty("tool_calls") @Nullable List<ToolUse> toolCalls,
        @Nullable TokenUsage usage,
        @JsonProperty("cost_micros") @Nullable Long costMicros,
        @Nullable String currency,
        @Nullable RouteTaken route,
        @Nullable Fault error,
        @Nullable Map<String, String> metadata) {

    public static final String QUEUED = "queued";
    private static final Set<String> OPEN = Set.of(QUEUED, "running");

    /** A job of which no more is known than that it was accepted. */
    public static JobView queued(String id, @Nullable Instant createdAt) {
        return new JobView(
                id, QUEUED, createdAt, null, null, null, null, null, null, null, null, null, null,
                null);
    }

    /** A job as its result tells; what it cost is known later. */
    public static JobView of(InferenceResult result) {
        return new JobView(
                result.getJobId(),
                result.getStatus().name().toLowerCase(Locale.ROOT),
                result.getAcceptedAt(),
                result.getCompletedAt(),
                result.getDeadlineAt().orElse(null),
                result.getOutput().orElse(null),
                result.getFinishReason().orElse(null),
                result.getToolCalls()
                        .map(calls -> calls.stream().map(ToolUse::of).toList())
                        .orElse(null),
                TokenUsage.of(result.getUsage()),
                null,
                null,
                result.getDecision()
                        .map(
                                decision ->
                                        RouteTaken.of(
                                                decision,
                                                result.getLane().orElse(null),
                                                result.getModel().orElse(null)))
                        .orElse(null),
                result.getError().map(Fault::of).orElse(null),
                result.getMetadata().isEmpty() ? null : result.getMetadata());
    }

    /** Whether the job has its result. */
    @JsonIgnore
    public boolean hasEnded() {
        return !OPEN.contains(status);
    }

    /** Tokens by kind: the input ones include the cached, the output ones the reasoning. */
    @Serdeable
    public record TokenUsage(
            @JsonProperty("input_tokens") long inputTokens,
            @JsonProperty("cached_input_tokens") long cachedInputTokens,
            @JsonProperty("output_tokens") long outputTokens,
            @JsonProperty("reasoning_tokens") long reasoningTokens) {

        static TokenUsage of(Usage usage) {
            return new TokenUsage(
                    usage.getInputTokens(),
                    usage.getCachedInputTokens(),
                    usage.getOutputTokens(),
                    usage.getReasoningTokens());
        }
    }

    /** A call of a tool that the answer asks for; the arguments are a JSON object as text. */
    @Serdeable
    public record ToolUse(String id, String name, String arguments) {

        static ToolUse of(ToolCall call) {
            return new ToolUse(call.getId(), call.getName(), call.getArguments());
        }
    }

    /** Where the job went, and why. */
    @Serdeable
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record RouteTaken(
            @Nullable String lane,
            @Nullable String model,
            @Nullable String vertical,
            @Nullable String complexity,
            List<Candidate> candidates,
            List<String> reasons) {

        static RouteTaken of(Decision decision, @Nullable String lane, @Nullable String model) {
            return new RouteTaken(
                    lane,
                    model,
                    decision.getVertical(),
                    decision.getComplexity(),
                    decision.getCandidates().stream()
                            .map(
                                    each ->
                                            new Candidate(
                                                    each.getLane(),
                                                    each.getVerdict(),
                                                    each.getReason()))
                            .toList(),
                    decision.getReasons());
        }
    }

    /** A lane that was considered: chosen, fallback or excluded. */
    @Serdeable
    public record Candidate(String lane, String verdict, String reason) {}

    /** Why the job did not succeed. */
    @Serdeable
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Fault(
            String code, @Nullable String field, @Nullable String limit, String detail) {

        static Fault of(JobError error) {
            return new Fault(
                    error.getCode(),
                    error.getField().orElse(null),
                    error.getLimit().orElse(null),
                    error.getDetail());
        }
    }
}
