package dev.millrace.workers.provider.wire;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;

/** Bedrock's ConverseStream in AWS's event stream framing. */
public final class BedrockWire extends Wire {

    @Override
    String streamType() {
        return "application/vnd.amazon.eventstream";
    }

    @Override
    public List<byte[]> frames(Said said) {
        List<byte[]> frames = new ArrayList<>();
        frames.add(event("messageStart", object().put("role", "assistant")));
        int block = 0;
        if (!said.pieces().isEmpty()) {
            for (String piece : said.pieces()) {
                ObjectNode delta = object().put("contentBlockIndex", block);
                delta.putObject("delta").put("text", piece);
                frames.add(event("contentBlockDelta", delta));
            }
            frames.add(event("contentBlockStop", object().put("contentBlockIndex", block++)));
        }
        for (Said.Called call : said.calls()) {
            ObjectNode start = object().put("contentBlockIndex", block);
            start.putObject("start")
                    .putObject("toolUse")
                    .put("toolUseId", call.id())
                    .put("name", call.name());
            frames.add(event("contentBlockStart", start));
            int half = call.arguments().length() / 2;
            for (String part :
                    List.of(
                            call.arguments().substring(0, half),
                            call.arguments().substring(half))) {
                ObjectNode delta = object().put("contentBlockIndex", block);
                delta.putObject("delta").putObject("toolUse").put("input", part);
                frames.add(event("contentBlockDelta", delta));
            }
            frames.add(event("contentBlockStop", object().put("contentBlockIndex", block++)));
        }
        frames.add(event("messageStop", object().put("stopReason", reason(said.stop()))));
        ObjectNode metadata = object();
        metadata.putObject("metrics").put("latencyMs", 5);
        said.used()
                .ifPresent(
                        used ->
                                metadata.putObject("usage")
                                        .put(
                                                "inputTokens",
                                                used.input() - used.read() - used.written())
                                        .put("cacheReadInputTokens", used.read())
                                        .put("cacheWriteInputTokens", used.written())
                                        .put("outputTokens", used.output())
                                        .put("totalTokens", used.input() + used.output()));
        frames.add(event("metadata", metadata));
        return frames;
    }

    private static String reason(String stop) {
        return switch (stop) {
            case "stop" -> "end_turn";
            case "length" -> "max_tokens";
            case "tool_calls" -> "tool_use";
            default -> "content_filtered";
        };
    }

    private static byte[] event(String type, JsonNode payload) {
        return frame(":event-type", type, "event", payload);
    }

    /** As it comes in a stream that had begun. */
    public static byte[] exception(String type) {
        return frame(
                ":exception-type", type, "exception", object().put("message", "private words"));
    }

    private static byte[] frame(String name, String value, String kind, JsonNode payload) {
        ByteBuffer headers = ByteBuffer.allocate(512);
        header(headers, name, value);
        header(headers, ":content-type", "application/json");
        header(headers, ":message-type", kind);
        byte[] body = utf8(payload.toString());
        int total = 12 + headers.position() + body.length + 4;
        ByteBuffer frame = ByteBuffer.allocate(total);
        frame.putInt(total).putInt(headers.position());
        frame.putInt(checksum(frame.array(), 8));
        frame.put(headers.array(), 0, headers.position()).put(body);
        frame.putInt(checksum(frame.array(), total - 4));
        return frame.array();
    }

    private static void header(ByteBuffer headers, String name, String value) {
        headers.put((byte) name.length()).put(name.getBytes(StandardCharsets.US_ASCII));
        headers.put((byte) 7).putShort((short) value.length());
        headers.put(value.getBytes(StandardCharsets.US_ASCII));
    }

    private static int checksum(byte[] bytes, int length) {
        CRC32 sum = new CRC32();
        sum.update(bytes, 0, length);
        return (int) sum.getValue();
    }

    @Override
    public String error(int status) {
        return "{\"message\":\"private words\"}";
    }

    @Override
    public String system(JsonNode body) {
        return body.at("/system/0/text").asText();
    }

    @Override
    public int maxTokens(JsonNode body) {
        return body.at("/inferenceConfig/maxTokens").asInt();
    }

    @Override
    public JsonNode toolSchema(JsonNode body) {
        return body.at("/toolConfig/tools/0/toolSpec/inputSchema/json");
    }

    @Override
    public JsonNode answerSchema(JsonNode body) {
        return MissingNode.getInstance();
    }
}
