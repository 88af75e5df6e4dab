package dev.millrace.ingress.http;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.ingress.http.JobBody.BadBodyException;
import dev.millrace.v1.JobError;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A JSON object's fields, each asked for by name and type; {@code null} is as good as absent. */
public final class JsonFields {
    private static final BigInteger LONG_MAX = BigInteger.valueOf(Long.MAX_VALUE);
    private static final BigInteger LONG_MIN = BigInteger.valueOf(Long.MIN_VALUE);
    private static final int MAX_NAME = 64;

    private final JsonNode object;
    private final String path;

    private JsonFields(JsonNode object, String path) {
        this.object = object;
        this.path = path;
    }

    /** The fields of an object that has no others than the known ones. */
    public static JsonFields of(JsonNode object, String path, List<String> known)
            throws BadBodyException {
        JsonFields fields = new JsonFields(object, path);
        for (Map.Entry<String, JsonNode> property : object.properties()) {
            if (!known.contains(property.getKey())) {
                throw wrong(
                        "unknown_field",
                        fields.name(shortened(property.getKey())),
                        String.join(", ", known),
                        "there is no such field");
            }
        }
        return fields;
    }

    public Optional<String> text(String name) throws BadBodyException {
        Optional<JsonNode> value = value(name);
        return value.isEmpty() ? Optional.empty() : Optional.of(text(value.get(), name(name)));
    }

    public String required(String name) throws BadBodyException {
        Optional<String> text = text(name);
        if (text.isEmpty()) {
            throw wrong("missing_field", name(name), "a string", "the field is missing");
        }
        return text.get();
    }

    /**
     * A whole number; one beyond the range is taken as its nearest end, for the checks to refuse.
     */
    public Optional<Integer> integer(String name) throws BadBodyException {
        return nearestLong(name)
                .map(number -> (int) Math.clamp(number, Integer.MIN_VALUE, Integer.MAX_VALUE));
    }

    public Optional<Long> nearestLong(String name) throws BadBodyException {
        return bigInteger(name).map(number -> number.min(LONG_MAX).max(LONG_MIN).longValue());
    }

    /** A whole number that must not change: none beyond the range will do. */
    public Optional<Long> exactLong(String name) throws BadBodyException {
        Optional<BigInteger> number = bigInteger(name);
        if (number.filter(n -> n.bitLength() > 63).isPresent()) {
            throw wrongType(name(name), "a whole number of 64 bits");
        }
        return number.map(BigInteger::longValue);
    }

    public Optional<Boolean> truth(String name) throws BadBodyException {
        Optional<JsonNode> value = value(name);
        if (value.isPresent() && !value.get().isBoolean()) {
            throw wrongType(name(name), "true or false");
        }
        return value.map(JsonNode::booleanValue);
    }

    /** A field as it is, for what is passed on or only compared; empty for null. */
    public Optional<JsonNode> raw(String name) {
        return value(name);
    }

    /** Where a field stands, for an error about it. */
    public String place(String name) {
        return name(name);
    }

    public Optional<Double> number(String name) throws BadBodyException {
        Optional<JsonNode> value = value(name);
        if (value.isPresent() && !value.get().isNumber()) {
            throw wrongType(name(name), "a number");
        }
        return value.map(JsonNode::doubleValue);
    }

    /**
     * An array of strings.
     *
     * @param orOne also one string alone
     */
    public Optional<List<String>> texts(String name, boolean orOne) throws BadBodyException {
        Optional<JsonNode> value = value(name);
        if (value.isEmpty()) {
            return Optional.empty();
        }
        if (orOne && value.get().isTextual()) {
            return Optional.of(List.of(value.get().textValue()));
        }
        if (!value.get().isArray()) {
            throw wrongType(name(name), "an array of strings");
        }
        List<String> texts = new ArrayList<>();
        for (JsonNode each : value.get()) {
            texts.add(text(each, name(name) + "[" + texts.size() + "]"));
        }
        return Optional.of(texts);
    }

    public Optional<Map<String, String>> textMap(String name) throws BadBodyException {
        Optional<JsonNode> value = value(name);
        if (value.isEmpty()) {
            return Optional.empty();
        }
        if (!value.get().isObject()) {
            throw wrongType(name(name), "an object of strings");
        }
        Map<String, String> texts = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> each : value.get().properties()) {
            texts.put(
                    each.getKey(),
                    text(each.getValue(), name(name) + "." + shortened(each.getKey())));
        }
        return Optional.of(texts);
    }

    public Optional<JsonFields> object(String name, List<String> known) throws BadBodyException {
        Optional<JsonNode> value = value(name);
        return value.isEmpty()
                ? Optional.empty()
                : Optional.of(object(value.get(), name(name), known));
    }

    /** The objects of an array; none where the field is absent. */
    public List<JsonFields> objects(String name, List<String> known) throws BadBodyException {
        Optional<JsonNode> value = value(name);
        if (value.isEmpty()) {
            return List.of();
        }
        if (!value.get().isArray()) {
            throw wrongType(name(name), "an array of objects");
        }
        List<JsonFields> objects = new ArrayList<>();
        for (JsonNode each : value.get()) {
            objects.add(object(each, name(name) + "[" + objects.size() + "]", known));
        }
        return objects;
    }

    private static JsonFields object(JsonNode node, String path, List<String> known)
            throws BadBodyException {
        if (!node.isObject()) {
            throw wrongType(path, "an object");
        }
        return of(node, path, known);
    }

    private static String text(JsonNode node, String path) throws BadBodyException {
        if (!node.isTextual()) {
            throw wrongType(path, "a string");
        }
        return node.textValue();
    }

    private Optional<BigInteger> bigInteger(String name) throws BadBodyException {
        Optional<JsonNode> value = value(name);
        if (value.isPresent() && !value.get().isIntegralNumber()) {
            throw wrongType(name(name), "a whole number");
        }
        return value.map(JsonNode::bigIntegerValue);
    }

    private Optional<JsonNode> value(String name) {
        return Optional.ofNullable(object.get(name)).filter(node -> !node.isNull());
    }

    private String name(String field) {
        return path.isEmpty() ? field : path + "." + field;
    }

    private static String shortened(String name) {
        return name.length() <= MAX_NAME ? name : name.substring(0, MAX_NAME) + "...";
    }

    private static BadBodyException wrongType(String path, String expected) {
        return wrong("wrong_type", path, expected, "the value is not " + expected);
    }

    private static BadBodyException wrong(String code, String field, String limit, String detail) {
        return new BadBodyException(new JobError(code, field, limit, detail));
    }
}
