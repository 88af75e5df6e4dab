package dev.millrace.workers.llama.format;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A JSON document as objects, lists and scalars. */
final class JsonText {

    private static final int DEEPEST = 64;

    private static final JsonFactory JSON =
            JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

    /** A text, a number, true, false or null: how it is written in JSON. */
    record Scalar(Kind kind, String text) {

        /** As it stands in a document. */
        String written() {
            return kind == Kind.TEXT ? quoted(text) : text;
        }
    }

    enum Kind {
        TEXT,
        NUMBER,
        OTHER
    }

    private JsonText() {}

    /**
     * Maps of text to value, lists of values, and {@link Scalar}s.
     *
     * @throws IOException if it is not JSON; the message quotes nothing
     */
    static Object read(String text) throws IOException {
        try (JsonParser parser = JSON.createParser(text)) {
            Object value = value(parser, parser.nextToken(), 0);
            if (parser.nextToken() != null) {
                throw new IOException("more than one value");
            }
            return value;
        } catch (JsonProcessingException e) {
            throw new IOException("not JSON");
        }
    }

    private static Object value(JsonParser parser, @Nullable JsonToken token, int depth)
            throws IOException {
        if (token == null || depth > DEEPEST) {
            throw new IOException(token == null ? "not JSON" : "nested deeper than " + DEEPEST);
        }
        return switch (token) {
            case START_OBJECT -> {
                Map<String, Object> fields = new LinkedHashMap<>();
                while (parser.nextToken() == JsonToken.FIELD_NAME) {
                    String name = parser.currentName();
                    fields.put(name, value(parser, parser.nextToken(), depth + 1));
                }
                yield fields;
            }
            case START_ARRAY -> {
                List<Object> values = new ArrayList<>();
                JsonToken next = parser.nextToken();
                while (next != JsonToken.END_ARRAY) {
                    values.add(value(parser, next, depth + 1));
                    next = parser.nextToken();
                }
                yield values;
            }
            case VALUE_STRING -> new Scalar(Kind.TEXT, parser.getText());
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> new Scalar(Kind.NUMBER, parser.getText());
            default -> new Scalar(Kind.OTHER, parser.getText());
        };
    }

    /** A text as JSON writes it. */
    static String quoted(String text) {
        return "\"" + new String(JsonStringEncoder.getInstance().quoteAsString(text)) + "\"";
    }
}
