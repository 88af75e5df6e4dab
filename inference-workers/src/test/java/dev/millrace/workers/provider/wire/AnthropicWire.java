package dev.millrace.workers.provider.wire;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;

/** Anthropic's messages stream. */
public final class AnthropicWire extends Wire {

    @Override
    public List<byte[]> frames(Said said) {
        List<byte[]> frames = new ArrayList<>();
        ObjectNode start = event("message_start");
        ObjectNode message =
                start.putObject("message")
                        .put("id", "msg_1")
                        .put("type", "message")
                        .put("role", "assistant")
                        .put("model", MODEL);
        message.putArray("content");
        message.putNull("stop_reason");
        said.used()
                .ifPresent(
                        used ->
                                message.putObject("usage")
                                        .put(
                                                "input_tokens",
                                                used.input() - used.read() - used.written())
                                        .put("cache_creation_input_tokens", used.written())
                                        .put("cache_read_input_tokens", used.read())
                                        .put("output_tokens", 1));
        frames.add(sse("message_start", start));
        frames.add(sse("ping", event("ping")));
        int block = 0;
        if (!said.pieces().isEmpty()) {
            ObjectNode text = object().put("type", "text").put("text", "");
            frames.add(blockStart(block, text));
            for (String piece : said.pieces()) {
                frames.add(delta(block, object().put("type", "text_delta").put("text", piece)));
            }
            frames.add(blockStop(block++));
        }
        for (Said.Called call : said.calls()) {
            ObjectNode use = object().put("type", "tool_use");
            use.put("id", call.id()).put("name", call.name()).putObject("input");
            frames.add(blockStart(block, use));
            int half = call.arguments().length() / 2;
            for (String part :
                    List.of(
                            call.arguments().substring(0, half),
                            call.arguments().substring(half))) {
                ObjectNode json = object().put("type", "input_json_delta");
                frames.add(delta(block, json.put("partial_json", part)));
            }
            frames.add(blockStop(block++));
        }
        ObjectNode end = event("message_delta");
        end.putObject("delta").put("stop_reason", reason(said.stop())).putNull("stop_sequence");
        said.used().ifPresent(used -> end.putObject("usage").put("output_tokens", used.output()));
        frames.add(sse("message_delta", end));
        frames.add(sse("message_stop", event("message_stop")));
        return frames;
    }

    private static String reason(String stop) {
        return switch (stop) {
            case "stop" -> "end_turn";
            case "length" -> "max_tokens";
            case "tool_calls" -> "tool_use";
            default -> "refusal";
        };
    }

    private static ObjectNode event(String type) {
        return object().put("type", type);
    }

    private static byte[] blockStart(int index, ObjectNode block) {
        ObjectNode event = event("content_block_start").put("index", index);
        event.set("content_block", block);
        return sse("content_block_start", event);
    }

    private static byte[] delta(int index, ObjectNode delta) {
        ObjectNode event = event("content_block_delta").put("index", index);
        event.set("delta", delta);
        return sse("content_block_delta", event);
    }

    private static byte[] blockStop(int index) {
        return sse("content_block_stop", event("content_block_stop").put("index", index));
    }

    @Override
    public String error(int status) {
        return "{\"type\":\"error\",\"error\":{\"type\":\"E%d\",\"message\":\"private words\"}}"
                .formatted(status);
    }

    /** As it comes in a stream that had begun. */
    public static byte[] streamError(String type) {
        ObjectNode event = event("error");
        event.putObject("error").put("type", type).put("message", "private words");
        return sse("error", event);
    }

    @Override
    public String system(JsonNode body) {
        return body.path("system").path(0).path("text").asText();
    }

    @Override
    public int maxTokens(JsonNode body) {
        return body.path("max_tokens").asInt();
    }

    @Override
    public JsonNode toolSchema(JsonNode body) {
        return body.path("tools").path(0).path("input_schema");
    }

    @Override
    public JsonNode answerSchema(JsonNode body) {
        return body.path("output_config").path("format").path("schema");
    }
}
