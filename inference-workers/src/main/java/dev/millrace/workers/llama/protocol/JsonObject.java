package dev.millrace.workers.llama.protocol;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A JSON object with typed access. Streaming Jackson only: the engine process should be small, and
 * a mapper would be most of its classes.
 */
final class JsonObject {

    private static final JsonFactory JSON = new JsonFactory();

    /** Values are strings, longs, doubles, and lists of strings or objects. */
    private final Map<String, Object> fields;

    private JsonObject(Map<String, Object> fields) {
        this.fields = fields;
    }

    static JsonObject of(String type) {
        return new JsonObject(new LinkedHashMap<>()).with("type", type);
    }

    static JsonObject message(String role, String content) {
        return new JsonObject(new LinkedHashMap<>()).with("role", role).with("content", content);
    }

    JsonObject with(String field, Object value) {
        fields.put(field, value);
        return this;
    }

    String text(String field) throws MalformedMessageException {
        return required(field, String.class);
    }

    long whole(String field) throws MalformedMessageException {
        return required(field, Long.class);
    }

    int small(String field) throws MalformedMessageException {
        long number = whole(field);
        if (number != (int) number) {
            throw new MalformedMessageException(field + " is out of range");
        }
        return (int) number;
    }

    double real(String field) throws MalformedMessageException {
        return required(field, Number.class).doubleValue();
    }

    OptionalLong optionalWhole(String field) throws MalformedMessageException {
        return fields.containsKey(field) ? OptionalLong.of(whole(field)) : OptionalLong.empty();
    }

    Optional<String> optionalText(String field) throws MalformedMessageException {
        return fields.containsKey(field) ? Optional.of(text(field)) : Optional.empty();
    }

    List<?> list(String field) throws MalformedMessageException {
        return required(field, List.class);
    }

    private <T> T required(String field, Class<T> type) throws MalformedMessageException {
        Object value = fields.get(field);
        if (!type.isInstance(value)) {
            throw new MalformedMessageException(field + " is not a " + type.getSimpleName());
        }
        return type.cast(value);
    }

    static JsonObject read(String line) throws MalformedMessageException {
        try (JsonParser parser = JSON.createParser(line)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new MalformedMessageException("not an object");
            }
            JsonObject object = object(parser);
            if (parser.nextToken() != null) {
                throw new MalformedMessageException("more than an object");
            }
            return object;
        } catch (IOException e) {
            // Jackson's own message quotes the line, which may hold somebody's prompt.
            throw new MalformedMessageException("not JSON");
        }
    }

    private static JsonObject object(JsonParser parser)
            throws IOException, MalformedMessageException {
        Map<String, Object> fields = new LinkedHashMap<>();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String field = parser.currentName();
            fields.put(field, value(parser, parser.nextToken()));
        }
        return new JsonObject(fields);
    }

    private static Object value(JsonParser parser, JsonToken token)
            throws IOException, MalformedMessageException {
        return switch (token) {
            case VALUE_STRING -> parser.getText();
            case VALUE_NUMBER_INT -> parser.getLongValue();
            case VALUE_NUMBER_FLOAT -> parser.getDoubleValue();
            case START_OBJECT -> object(parser);
            case START_ARRAY -> {
                List<Object> values = new ArrayList<>();
                JsonToken next = parser.nextToken();
                while (next != JsonToken.END_ARRAY) {
                    values.add(value(parser, next));
                    next = parser.nextToken();
                }
                yield values;
            }
            default -> throw new MalformedMessageException("unexpected " + token);
        };
    }

    /** The object on one line. */
    @Override
    public String toString() {
        StringWriter out = new StringWriter();
        try (JsonGenerator generator = JSON.createGenerator(out)) {
            write(generator, this);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toString();
    }

    private static void write(JsonGenerator out, Object value) throws IOException {
        switch (value) {
            case String text -> out.writeString(text);
            case Integer number -> out.writeNumber(number);
            case Long number -> out.writeNumber(number);
            case Double number -> out.writeNumber(number);
            case List<?> values -> {
                out.writeStartArray();
                for (Object element : values) {
                    write(out, element);
                }
                out.writeEndArray();
            }
            case JsonObject object -> {
                out.writeStartObject();
                for (Map.Entry<String, Object> field : object.fields.entrySet()) {
                    out.writeFieldName(field.getKey());
                    write(out, field.getValue());
                }
                out.writeEndObject();
            }
            default -> throw new IllegalArgumentException("no JSON for " + value.getClass());
        }
    }
}
