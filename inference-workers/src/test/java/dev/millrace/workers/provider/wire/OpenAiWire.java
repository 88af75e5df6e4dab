package dev.millrace.workers.provider.wire;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;

/** Chat completions and embeddings as OpenAI documents them. */
public class OpenAiWire extends Wire {

    @Override
    boolean isStream(Asked asked) {
        return asked.body().path("stream").asBoolean();
    }

    @Override
    public List<byte[]> frames(Said said) {
        List<byte[]> frames = new ArrayList<>();
        ObjectNode role = chunk();
        delta(role).put("role", "assistant").put("content", "");
        frames.add(sse(role));
        for (String piece : said.pieces()) {
            ObjectNode chunk = chunk();
            delta(chunk).put("content", piece);
            frames.add(sse(chunk));
        }
        for (int i = 0; i < said.calls().size(); i++) {
            frames.addAll(call(i, said.calls().get(i)));
        }
        ObjectNode last = chunk();
        delta(last);
        choice(last).put("finish_reason", said.stop());
        frames.add(sse(last));
        said.used()
                .ifPresent(
                        used -> {
                            ObjectNode chunk = chunk();
                            chunk.putArray("choices");
                            chunk.set("usage", usage(used));
                            frames.add(sse(chunk));
                        });
        frames.add(utf8("data: [DONE]\n\n"));
        return frames;
    }

    /** Its name first, its arguments bit by bit. */
    private static List<byte[]> call(int index, Said.Called call) {
        List<byte[]> frames = new ArrayList<>();
        ObjectNode first = chunk();
        ObjectNode start = delta(first).putArray("tool_calls").addObject();
        start.put("index", index).put("id", call.id()).put("type", "function");
        start.putObject("function").put("name", call.name()).put("arguments", "");
        frames.add(sse(first));
        int half = call.arguments().length() / 2;
        for (String part :
                List.of(call.arguments().substring(0, half), call.arguments().substring(half))) {
            ObjectNode chunk = chunk();
            ObjectNode more = delta(chunk).putArray("tool_calls").addObject();
            more.put("index", index).putObject("function").put("arguments", part);
            frames.add(sse(chunk));
        }
        return frames;
    }

    static ObjectNode chunk() {
        ObjectNode chunk =
                object().put("id", "c-1")
                        .put("object", "chat.completion.chunk")
                        .put("created", 1_700_000_000)
                        .put("model", MODEL);
        chunk.putArray("choices").addObject().put("index", 0).putNull("finish_reason");
        return chunk;
    }

    static ObjectNode choice(ObjectNode chunk) {
        return (ObjectNode) chunk.path("choices").get(0);
    }

    static ObjectNode delta(ObjectNode chunk) {
        return choice(chunk).withObject("/delta");
    }

    @Override
    String whole(Said said) {
        ObjectNode body = object().put("id", "c-1").put("model", MODEL);
        ObjectNode choice = body.putArray("choices").addObject().put("index", 0);
        choice.put("finish_reason", said.stop());
        ObjectNode message = choice.putObject("message").put("role", "assistant");
        message.put("content", said.pieces().isEmpty() ? null : said.text());
        if (!said.calls().isEmpty()) {
            ArrayNode calls = message.putArray("tool_calls");
            for (Said.Called call : said.calls()) {
                calls.addObject()
                        .put("id", call.id())
                        .put("type", "function")
                        .putObject("function")
                        .put("name", call.name())
                        .put("arguments", call.arguments());
            }
        }
        said.used().ifPresent(used -> body.set("usage", usage(used)));
        return body.toString();
    }

    ObjectNode usage(Said.Used used) {
        ObjectNode usage =
                object().put("prompt_tokens", used.input())
                        .put("completion_tokens", used.output())
                        .put("total_tokens", used.input() + used.output());
        usage.putObject("prompt_tokens_details").put("cached_tokens", used.read());
        usage.putObject("completion_tokens_details").put("reasoning_tokens", used.reasoning());
        return usage;
    }

    @Override
    public String vectors(Asked asked) {
        ObjectNode body = object().put("object", "list").put("model", MODEL);
        ArrayNode data = body.putArray("data");
        int count = asked.body().path("input").size();
        // the order is not promised; the index is what counts
        for (int i = count - 1; i >= 0; i--) {
            ObjectNode each = data.addObject().put("object", "embedding").put("index", i);
            each.putArray("embedding").add(i).add(0.5);
        }
        body.putObject("usage").put("prompt_tokens", 7).put("total_tokens", 7);
        return body.toString();
    }

    @Override
    public String system(JsonNode body) {
        return body.path("messages").path(0).path("role").asText().equals("system")
                ? body.path("messages").path(0).path("content").asText()
                : "";
    }

    @Override
    public int maxTokens(JsonNode body) {
        return body.path("max_tokens").asInt(body.path("max_completion_tokens").asInt());
    }

    @Override
    public JsonNode toolSchema(JsonNode body) {
        return body.path("tools").path(0).path("function").path("parameters");
    }

    @Override
    public JsonNode answerSchema(JsonNode body) {
        return body.path("response_format").path("json_schema").path("schema");
    }
}
