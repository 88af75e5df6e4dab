package dev.millrace.workers.provider.wire;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Gemini's streamGenerateContent and batchEmbedContents. */
public final class GeminiWire extends Wire {

    @Override
    public List<byte[]> frames(Said said) {
        List<byte[]> frames = new ArrayList<>();
        ObjectNode thinking = chunk();
        part(thinking).put("text", "Let me think. ").put("thought", true);
        frames.add(sse(thinking));
        for (String piece : said.pieces()) {
            ObjectNode chunk = chunk();
            part(chunk).put("text", piece);
            frames.add(sse(chunk));
        }
        for (Said.Called call : said.calls()) {
            ObjectNode chunk = chunk();
            ObjectNode function = part(chunk).putObject("functionCall").put("name", call.name());
            function.set("args", tree(call.arguments()));
            frames.add(sse(chunk));
        }
        ObjectNode last = chunk();
        part(last).put("text", "");
        ((ObjectNode) last.path("candidates").get(0)).put("finishReason", reason(said.stop()));
        said.used()
                .ifPresent(
                        used ->
                                last.putObject("usageMetadata")
                                        .put("promptTokenCount", used.input())
                                        .put("cachedContentTokenCount", used.read())
                                        .put(
                                                "candidatesTokenCount",
                                                used.output() - used.reasoning())
                                        .put("thoughtsTokenCount", used.reasoning())
                                        .put("totalTokenCount", used.input() + used.output()));
        frames.add(sse(last));
        return frames;
    }

    private static ObjectNode chunk() {
        ObjectNode chunk = object().put("modelVersion", MODEL).put("responseId", "r-1");
        ObjectNode candidate = chunk.putArray("candidates").addObject().put("index", 0);
        candidate.putObject("content").put("role", "model").putArray("parts");
        return chunk;
    }

    private static ObjectNode part(ObjectNode chunk) {
        return ((ArrayNode) chunk.at("/candidates/0/content/parts")).addObject();
    }

    private static String reason(String stop) {
        return switch (stop) {
            case "length" -> "MAX_TOKENS";
            case "content_filter" -> "SAFETY";
            default -> "STOP";
        };
    }

    @Override
    public String error(int status) {
        return "{\"error\":{\"code\":%d,\"message\":\"private words\",\"status\":\"E%d\"}}"
                .formatted(status, status);
    }

    @Override
    public String vectors(Asked asked) {
        ArrayNode embeddings = JSON.createArrayNode();
        for (int i = 0; i < asked.body().path("requests").size(); i++) {
            embeddings.addObject().putArray("values").add(i).add(0.5);
        }
        return object().set("embeddings", embeddings).toString();
    }

    @Override
    public String system(JsonNode body) {
        return body.at("/systemInstruction/parts/0/text").asText();
    }

    @Override
    public int maxTokens(JsonNode body) {
        return body.at("/generationConfig/maxOutputTokens").asInt();
    }

    /** Its types are in capitals. */
    @Override
    public JsonNode toolSchema(JsonNode body) {
        JsonNode schema = body.at("/tools/0/functionDeclarations/0/parameters");
        JsonNode older = body.at("/tools/0/function_declarations/0/parameters");
        return tree((schema.isMissingNode() ? older : schema).toString().toLowerCase(Locale.ROOT));
    }

    @Override
    public JsonNode answerSchema(JsonNode body) {
        return body.at("/generationConfig/responseJsonSchema");
    }
}
