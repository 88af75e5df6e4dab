package dev.millrace.stack.model;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** OpenAI's chat completions format: requests in, completions, chunks and errors out. */
final class Wire {
    private static final Set<String> ROLES =
            Set.of("system", "developer", "user", "assistant", "tool");
    private final ObjectMapper json = new ObjectMapper();

    CompletionRequest request(byte[] body) throws ApiError {
        JsonNode root = read(body);
        String model = root.path("model").asText("");
        if (model.isEmpty()) {
            throw ApiError.invalid("model", "you must provide a model parameter");
        }
        return new CompletionRequest(
                model,
                messages(root.path("messages")),
                maxTokens(root),
                stop(root.path("stop")),
                root.path("stream").asBoolean(false),
                root.path("stream_options").path("include_usage").asBoolean(false),
                root.has("reasoning_effort") || model.contains("reason"));
    }

    private JsonNode read(byte[] body) throws ApiError {
        try {
            JsonNode root = json.readTree(body);
            if (root != null && root.isObject()) {
                return root;
            }
        } catch (IOException e) {
            throw new ApiError(
                    400, "invalid_request_error", null, null, "the body is not valid JSON");
        }
        throw new ApiError(
                400, "invalid_request_error", null, null, "the body is not a JSON object");
    }

    private static List<Turn> messages(JsonNode nodes) throws ApiError {
        List<Turn> messages = new ArrayList<>();
        for (JsonNode node : nodes) {
            String at = "messages." + messages.size();
            String role = node.path("role").asText("");
            if (!ROLES.contains(role)) {
                throw ApiError.invalid(
                        at + ".role", "role must be one of " + ROLES.stream().sorted().toList());
            }
            messages.add(new Turn(role, content(node.path("content"))));
        }
        if (messages.isEmpty()) {
            throw ApiError.invalid("messages", "messages must hold at least one message");
        }
        return messages;
    }

    /** A string, or the text parts of a list of parts. */
    private static String content(JsonNode node) {
        if (!node.isArray()) {
            return node.asText("");
        }
        StringBuilder text = new StringBuilder();
        node.forEach(part -> text.append(part.path("text").asText("")));
        return text.toString();
    }

    private static int maxTokens(JsonNode root) throws ApiError {
        String name = root.has("max_completion_tokens") ? "max_completion_tokens" : "max_tokens";
        JsonNode node = root.path(name);
        if (node.isMissingNode() || node.isNull()) {
            return Integer.MAX_VALUE;
        }
        if (!node.canConvertToInt() || node.asInt() < 1) {
            throw ApiError.invalid(name, name + " must be a whole number of at least 1");
        }
        return node.asInt();
    }

    private static List<String> stop(JsonNode node) {
        List<String> stop = new ArrayList<>();
        if (node.isTextual()) {
            stop.add(node.asText());
        }
        node.forEach(each -> stop.add(each.asText()));
        stop.removeIf(String::isEmpty);
        return stop;
    }

    byte[] completion(String id, String model, long created, Completion completion) {
        ObjectNode root = envelope("chat.completion", id, model, created);
        ObjectNode choice = root.putArray("choices").addObject().put("index", 0);
        choice.putObject("message").put("role", "assistant").put("content", completion.text());
        choice.put("finish_reason", completion.finishReason());
        root.set("usage", usage(completion));
        return bytes(root);
    }

    byte[] chunk(
            String id,
            String model,
            long created,
            @Nullable String role,
            String text,
            @Nullable String finish) {
        ObjectNode root = envelope("chat.completion.chunk", id, model, created);
        ObjectNode choice = root.putArray("choices").addObject().put("index", 0);
        ObjectNode delta = choice.putObject("delta");
        if (role != null) {
            delta.put("role", role);
        }
        if (finish == null) {
            delta.put("content", text);
        }
        choice.put("finish_reason", finish);
        return bytes(root);
    }

    byte[] usageChunk(String id, String model, long created, Completion completion) {
        ObjectNode root = envelope("chat.completion.chunk", id, model, created);
        root.putArray("choices");
        root.set("usage", usage(completion));
        return bytes(root);
    }

    byte[] models(List<String> names) {
        ObjectNode root = json.createObjectNode().put("object", "list");
        var data = root.putArray("data");
        names.forEach(
                name ->
                        data.addObject()
                                .put("id", name)
                                .put("object", "model")
                                .put("created", 0)
                                .put("owned_by", "millrace"));
        return bytes(root);
    }

    byte[] error(ApiError error) {
        ObjectNode root = json.createObjectNode();
        root.putObject("error")
                .put("message", error.getMessage())
                .put("type", error.type())
                .put("param", error.param())
                .put("code", error.code());
        return bytes(root);
    }

    private ObjectNode envelope(String object, String id, String model, long created) {
        return json.createObjectNode()
                .put("id", id)
                .put("object", object)
                .put("created", created)
                .put("model", model)
                .put("system_fingerprint", "millrace-stand-in");
    }

    private ObjectNode usage(Completion completion) {
        ObjectNode usage =
                json.createObjectNode()
                        .put("prompt_tokens", completion.promptTokens())
                        .put("completion_tokens", completion.completionTokens())
                        .put(
                                "total_tokens",
                                completion.promptTokens() + completion.completionTokens());
        usage.putObject("prompt_tokens_details").put("cached_tokens", completion.cachedTokens());
        usage.putObject("completion_tokens_details")
                .put("reasoning_tokens", completion.reasoningTokens());
        return usage;
    }

    private byte[] bytes(JsonNode node) {
        try {
            return json.writeValueAsBytes(node);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree of plain values can always be written", e);
        }
    }
}
