package dev.millrace.ingress.openai;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.ingress.http.JobBody;
import dev.millrace.ingress.http.JobBody.BadBodyException;
import dev.millrace.ingress.http.JsonFields;
import dev.millrace.v1.Callback;
import dev.millrace.v1.InferenceJob;
import dev.millrace.v1.JobError;
import dev.millrace.v1.Tool;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * The body of {@code POST /v1/chat/completions}. What would change the answer and cannot be done is
 * refused, never dropped; a field that asks for nothing (its default) is as good as absent.
 */
final class ChatBody {
    /** Fields of that API that become part of the job. */
    private static final List<String> TAKEN =
            List.of(
                    "model",
                    "messages",
                    "max_tokens",
                    "max_completion_tokens",
                    "temperature",
                    "top_p",
                    "seed",
                    "stop",
                    "stream",
                    "stream_options",
                    "tools",
                    "tool_choice",
                    "response_format",
                    "metadata",
                    "user",
                    "service_tier");

    /** Millrace's own, for those who can send more (the SDKs' extra body). */
    private static final List<String> OWN =
            List.of(
                    "priority",
                    "deadline_ms",
                    "callback",
                    "reply",
                    "tags",
                    "hints",
                    "conversation");

    /** They change no answer: where it is kept, how it is found in a cache, who is behind it. */
    private static final List<String> HARMLESS =
            List.of(
                    "store",
                    "prompt_cache_key",
                    "prompt_cache_retention",
                    "safety_identifier",
                    "prediction");

    /** They change the answer unless they have these values. */
    private static final Map<String, Predicate<JsonNode>> ONLY_DEFAULT = onlyDefault();

    private static final List<String> FIELDS =
            java.util.stream.Stream.of(TAKEN, OWN, HARMLESS, ONLY_DEFAULT.keySet())
                    .flatMap(java.util.Collection::stream)
                    .toList();

    /**
     * Reads a request.
     *
     * @throws BadBodyException where it is none, or asks for what there is not
     */
    static ChatRequest read(byte[] body, Optional<String> idempotencyKey) throws BadBodyException {
        JsonFields fields = JsonFields.of(JobBody.tree(body), "", FIELDS);
        for (Map.Entry<String, Predicate<JsonNode>> each : ONLY_DEFAULT.entrySet()) {
            if (fields.raw(each.getKey()).filter(each.getValue().negate()).isPresent()) {
                throw unsupported(each.getKey());
            }
        }
        boolean stream = fields.truth("stream").orElse(false);
        List<Tool> tools = ChatTools.tools(fields);
        InferenceJob.Builder job =
                InferenceJob.newBuilder()
                        .setModel(fields.required("model"))
                        .setMessages(ChatMessages.read(fields))
                        .setTools(tools.isEmpty() ? null : tools)
                        .setToolChoice(toolChoice(fields, tools).orElse(null))
                        .setResponseFormat(ChatTools.format(fields).orElse(null))
                        .setMaxTokens(maxTokens(fields).orElse(null))
                        .setTemperature(fields.number("temperature").orElse(null))
                        .setTopP(fields.number("top_p").orElse(null))
                        .setSeed(fields.exactLong("seed").orElse(null))
                        .setStop(fields.texts("stop", true).orElse(List.of()))
                        .setPriority(priority(fields))
                        .setDeadlineMs(fields.nearestLong("deadline_ms").orElse(null))
                        .setReply(fields.text("reply").orElse(null))
                        .setCallback(callback(fields).orElse(null))
                        .setConversation(fields.text("conversation").orElse(null))
                        .setTags(fields.texts("tags", false).orElse(List.of()))
                        .setHints(fields.textMap("hints").orElse(Map.of()))
                        .setMetadata(metadata(fields))
                        .setStream(stream)
                        .setIdempotencyKey(idempotencyKey.orElse(null));
        return new ChatRequest(job.build(), stream, includeUsage(fields, stream));
    }

    /** Without tools, to want none is what happens anyway. */
    private static Optional<String> toolChoice(JsonFields fields, List<Tool> tools)
            throws BadBodyException {
        return ChatTools.choice(fields)
                .filter(choice -> !tools.isEmpty() || !Set.of("none", "auto").contains(choice));
    }

    /** The older name is still in use; two different limits are nobody's wish. */
    private static Optional<Integer> maxTokens(JsonFields fields) throws BadBodyException {
        Optional<Integer> older = fields.integer("max_tokens");
        Optional<Integer> newer = fields.integer("max_completion_tokens");
        if (older.isPresent() && newer.isPresent() && !older.equals(newer)) {
            throw new BadBodyException(
                    new JobError(
                            "max_tokens_out_of_range",
                            "max_tokens",
                            "max_completion_tokens alone",
                            "max_tokens and max_completion_tokens say different things"));
        }
        return newer.or(() -> older);
    }

    /** Somebody waits, so the job goes before those for which nobody does. */
    private static String priority(JsonFields fields) throws BadBodyException {
        Optional<String> own = fields.text("priority");
        if (own.isPresent()) {
            return own.get();
        }
        String tier = fields.text("service_tier").orElse("auto");
        return switch (tier) {
            case "auto", "default", "priority" -> "interactive";
            case "flex" -> "standard";
            default ->
                    throw new BadBodyException(
                            new JobError(
                                    "unsupported_value",
                                    "service_tier",
                                    "auto, default, flex, priority",
                                    "there is no such service tier"));
        };
    }

    private static Map<String, String> metadata(JsonFields fields) throws BadBodyException {
        Map<String, String> metadata =
                new LinkedHashMap<>(fields.textMap("metadata").orElse(Map.of()));
        fields.text("user").ifPresent(user -> metadata.putIfAbsent("user", user));
        return metadata;
    }

    private static boolean includeUsage(JsonFields fields, boolean stream) throws BadBodyException {
        Optional<JsonFields> options =
                fields.object("stream_options", List.of("include_usage", "include_obfuscation"));
        if (options.isPresent() && !stream) {
            throw new BadBodyException(
                    new JobError(
                            "unsupported_value",
                            "stream_options",
                            "with stream: true",
                            "there is no stream to have options"));
        }
        return options.isPresent() && options.get().truth("include_usage").orElse(false);
    }

    private static Optional<Callback> callback(JsonFields fields) throws BadBodyException {
        Optional<JsonFields> callback = fields.object("callback", List.of("url"));
        return callback.isEmpty()
                ? Optional.empty()
                : Optional.of(new Callback(callback.get().required("url")));
    }

    private static BadBodyException unsupported(String field) {
        return new BadBodyException(
                new JobError(
                        "unsupported_parameter",
                        field,
                        "its default",
                        "this would change the answer, and no lane here does it"));
    }

    private static Map<String, Predicate<JsonNode>> onlyDefault() {
        Predicate<JsonNode> zero = node -> node.isNumber() && node.doubleValue() == 0;
        Predicate<JsonNode> empty = JsonNode::isEmpty;
        Map<String, Predicate<JsonNode>> fields = new LinkedHashMap<>();
        fields.put("n", node -> node.isNumber() && node.doubleValue() == 1);
        fields.put("frequency_penalty", zero);
        fields.put("presence_penalty", zero);
        fields.put("logit_bias", node -> node.isObject() && empty.test(node));
        fields.put("logprobs", node -> node.isBoolean() && !node.booleanValue());
        fields.put("top_logprobs", zero);
        fields.put("parallel_tool_calls", JsonNode::isBoolean);
        fields.put("functions", node -> node.isArray() && empty.test(node));
        fields.put("function_call", node -> "none".equals(node.textValue()));
        fields.put(
                "modalities", node -> node.size() == 1 && "text".equals(node.path(0).textValue()));
        fields.put("audio", node -> false);
        fields.put("reasoning_effort", node -> false);
        fields.put("verbosity", node -> "medium".equals(node.textValue()));
        fields.put("web_search_options", node -> false);
        return fields;
    }

    private ChatBody() {}
}
