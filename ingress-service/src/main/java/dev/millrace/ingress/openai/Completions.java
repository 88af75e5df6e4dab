package dev.millrace.ingress.openai;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.ingress.jobs.JobView;
import dev.millrace.ingress.jobs.JobView.RouteTaken;
import dev.millrace.ingress.jobs.JobView.TokenUsage;
import dev.millrace.ingress.jobs.JobView.ToolUse;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Chat completions, whole and in chunks, as that API writes them. */
final class Completions {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    private static final String STOP = "stop";

    /** The name of a job's completion. */
    static String id(String jobId) {
        return "chatcmpl-" + jobId;
    }

    /** The job of a completion, or the name itself where it is none. */
    static String jobOf(String completion) {
        return completion.startsWith("chatcmpl-")
                ? completion.substring("chatcmpl-".length())
                : completion;
    }

    /** A job that has succeeded. */
    static ObjectNode whole(JobView job, String askedModel) {
        ObjectNode message = JSON.objectNode().put("role", "assistant");
        boolean callsOnly = output(job).isEmpty() && !calls(job).isEmpty();
        message.put("content", callsOnly ? null : output(job));
        message.putNull("refusal");
        message.putArray("annotations");
        if (!calls(job).isEmpty()) {
            message.set("tool_calls", calls(job));
        }
        ObjectNode choice = JSON.objectNode().put("index", 0);
        choice.set("message", message);
        choice.putNull("logprobs");
        choice.put("finish_reason", finishReason(job));
        ObjectNode completion =
                head(
                        "chat.completion",
                        job.id(),
                        created(job.createdAt()),
                        lane(job).orElse(askedModel));
        completion.putArray("choices").add(choice);
        completion.set("usage", usage(job.usage()));
        return completion;
    }

    /** A stream's chunk without choices yet. */
    static ObjectNode chunk(String jobId, long created, String model) {
        ObjectNode chunk = head("chat.completion.chunk", jobId, created, model);
        chunk.putArray("choices");
        return chunk;
    }

    /**
     * A chunk of the one choice.
     *
     * @param delta what is new in it
     */
    static ObjectNode chunk(
            String jobId, long created, String model, ObjectNode delta, @Nullable String reason) {
        ObjectNode choice = JSON.objectNode().put("index", 0);
        choice.set("delta", delta);
        choice.putNull("logprobs");
        choice.put("finish_reason", reason);
        ObjectNode chunk = head("chat.completion.chunk", jobId, created, model);
        chunk.putArray("choices").add(choice);
        return chunk;
    }

    static ObjectNode role() {
        return JSON.objectNode().put("role", "assistant").put("content", "").putNull("refusal");
    }

    static ObjectNode text(String text) {
        return JSON.objectNode().put("content", text);
    }

    /** All calls of tools in one piece, each with its place. */
    static ObjectNode toolCalls(JobView job) {
        ArrayNode calls = calls(job);
        for (int i = 0; i < calls.size(); i++) {
            ((ObjectNode) calls.get(i)).put("index", i);
        }
        ObjectNode delta = JSON.objectNode();
        delta.set("tool_calls", calls);
        return delta;
    }

    private static ArrayNode calls(JobView job) {
        ArrayNode calls = JSON.arrayNode();
        for (ToolUse use : job.toolCalls() == null ? List.<ToolUse>of() : job.toolCalls()) {
            ObjectNode call = calls.addObject().put("id", use.id()).put("type", "function");
            call.putObject("function").put("name", use.name()).put("arguments", use.arguments());
        }
        return calls;
    }

    static ObjectNode nothing() {
        return JSON.objectNode();
    }

    /** Tokens: the prompt's include the cached, the completion's the reasoning ones. */
    static ObjectNode usage(@Nullable TokenUsage used) {
        TokenUsage tokens = used == null ? new TokenUsage(0, 0, 0, 0) : used;
        ObjectNode usage =
                JSON.objectNode()
                        .put("prompt_tokens", tokens.inputTokens())
                        .put("completion_tokens", tokens.outputTokens())
                        .put("total_tokens", tokens.inputTokens() + tokens.outputTokens());
        usage.putObject("prompt_tokens_details")
                .put("cached_tokens", tokens.cachedInputTokens())
                .put("audio_tokens", 0);
        usage.putObject("completion_tokens_details")
                .put("reasoning_tokens", tokens.reasoningTokens())
                .put("audio_tokens", 0)
                .put("accepted_prediction_tokens", 0)
                .put("rejected_prediction_tokens", 0);
        return usage;
    }

    static String output(JobView job) {
        return job.output() == null ? "" : job.output();
    }

    static String finishReason(JobView job) {
        return switch (job.finishReason() == null ? STOP : job.finishReason()) {
            case "length" -> "length";
            case "content_filter" -> "content_filter";
            case "tool_calls" -> "tool_calls";
            default -> STOP;
        };
    }

    /** Where the job was answered: a name that `model` takes. */
    static Optional<String> lane(JobView job) {
        return Optional.ofNullable(job.route()).map(RouteTaken::lane);
    }

    static long created(@Nullable Instant at) {
        return at == null ? 0 : at.getEpochSecond();
    }

    private static ObjectNode head(String object, String jobId, long created, String model) {
        return JSON.objectNode()
                .put("id", id(jobId))
                .put("object", object)
                .put("created", created)
                .put("model", model)
                .put("service_tier", "default")
                .putNull("system_fingerprint");
    }

    private Completions() {}
}
