package dev.millrace.workers.provider.wire;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** One provider's wire format: what it answers, and where in a request it finds things. */
public abstract class Wire {
    static final ObjectMapper JSON = new ObjectMapper();
    static final String MODEL = "model-as-served";

    /** The type of a stream. */
    String streamType() {
        return "text/event-stream";
    }

    /** A stream's frames, in order. */
    public abstract List<byte[]> frames(Said said);

    /** The body of an answer in one piece; only those whose adapters ask for one have it. */
    String whole(Said said) {
        throw new IllegalStateException("this provider is only ever asked for streams");
    }

    boolean isStream(Asked asked) {
        return true;
    }

    /** The answer to a request, whichever way it asks. */
    public final Reply reply(Asked asked, Said said) {
        return isStream(asked)
                ? Reply.of(200, streamType()).frames(frames(said))
                : Reply.json(200, whole(said));
    }

    /** An error as this provider words it. */
    public String error(int status) {
        return "{\"error\":{\"message\":\"private words\",\"type\":\"some_error\",\"code\":\"E%d\"}}"
                .formatted(status);
    }

    /** A vector for each text that was asked for: its length, and its place. */
    public String vectors(Asked asked) {
        throw new IllegalStateException("this provider has no embeddings");
    }

    // ------------------------------------------------------------------ in a request

    /** All text before the conversation. */
    public abstract String system(JsonNode body);

    public abstract int maxTokens(JsonNode body);

    /** The schema of the first tool's arguments; a missing node where there are no tools. */
    public abstract JsonNode toolSchema(JsonNode body);

    /** The schema of the answer; a missing node where none is asked for. */
    public abstract JsonNode answerSchema(JsonNode body);

    /** Everything as text, to look for what has no other place. */
    public final String all(JsonNode body) {
        return body.toString();
    }

    // ------------------------------------------------------------------ frames

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static byte[] sse(JsonNode data) {
        return utf8("data: " + data + "\n\n");
    }

    static byte[] sse(String event, JsonNode data) {
        return utf8("event: " + event + "\ndata: " + data + "\n\n");
    }

    static ObjectNode object() {
        return JSON.createObjectNode();
    }

    static JsonNode tree(String json) {
        try {
            return JSON.readTree(json);
        } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }
}
