package dev.millrace.workers.provider.wire;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;

/** Ollama's own chat and embed: JSON by lines. */
public final class OllamaWire extends Wire {

    @Override
    String streamType() {
        return "application/x-ndjson";
    }

    @Override
    public List<byte[]> frames(Said said) {
        List<byte[]> frames = new ArrayList<>();
        for (String piece : said.pieces()) {
            ObjectNode line = line(false);
            line.putObject("message").put("role", "assistant").put("content", piece);
            frames.add(utf8(line + "\n"));
        }
        for (int i = 0; i < said.calls().size(); i++) {
            Said.Called call = said.calls().get(i);
            ObjectNode line = line(false);
            ObjectNode message = line.putObject("message").put("role", "assistant");
            message.put("content", "");
            ObjectNode function = message.putArray("tool_calls").addObject().putObject("function");
            function.put("index", i).put("name", call.name());
            function.set("arguments", tree(call.arguments()));
            frames.add(utf8(line + "\n"));
        }
        ObjectNode last = line(true);
        last.putObject("message").put("role", "assistant").put("content", "");
        last.put("done_reason", said.stop().equals("length") ? "length" : "stop");
        last.put("total_duration", 5_000_000L);
        said.used()
                .ifPresent(
                        used ->
                                last.put("prompt_eval_count", used.input())
                                        .put("eval_count", used.output()));
        frames.add(utf8(last + "\n"));
        return frames;
    }

    private static ObjectNode line(boolean done) {
        return object().put("model", MODEL)
                .put("created_at", "2026-01-22T11:22:42.180546Z")
                .put("done", done);
    }

    @Override
    public String error(int status) {
        return "{\"error\":\"private words\"}";
    }

    @Override
    public String vectors(Asked asked) {
        ObjectNode body = object().put("model", MODEL).put("prompt_eval_count", 7);
        ArrayNode all = body.putArray("embeddings");
        for (int i = 0; i < asked.body().path("input").size(); i++) {
            all.addArray().add(i).add(0.5);
        }
        return body.toString();
    }

    @Override
    public String system(JsonNode body) {
        return body.at("/messages/0/content").asText();
    }

    @Override
    public int maxTokens(JsonNode body) {
        return body.at("/options/num_predict").asInt();
    }

    @Override
    public JsonNode toolSchema(JsonNode body) {
        return body.at("/tools/0/function/parameters");
    }

    @Override
    public JsonNode answerSchema(JsonNode body) {
        JsonNode format = body.path("format");
        return format.isTextual() ? tree(format.textValue()) : format;
    }
}
