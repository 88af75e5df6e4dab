package dev.millrace.workers.llama.format;

import dev.millrace.workers.llama.format.JsonText.Kind;
import dev.millrace.workers.llama.format.JsonText.Scalar;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A JSON schema as a form. Only what can be held to the byte is taken: any other keyword is
 * refused, so that an answer is never said to follow a schema that it was not held to.
 */
final class JsonSchemaForm {

    static final int LONGEST_SCHEMA = 65_536;
    static final int MOST_PARTS = 2_000;
    static final int MOST_REPEATS = 100_000;

    private static final String ROOT = "$";
    private static final Set<String> NOTES =
            Set.of(
                    "$schema",
                    "$id",
                    "$comment",
                    "$defs",
                    "definitions",
                    "title",
                    "description",
                    "default",
                    "examples",
                    "deprecated",
                    "readOnly",
                    "writeOnly",
                    "format");
    private static final Map<String, Set<String>> KEYWORDS =
            Map.of(
                    "object", Set.of("properties", "required", "additionalProperties"),
                    "array", Set.of("items", "minItems", "maxItems"),
                    "string", Set.of("minLength", "maxLength"),
                    "number", Set.of(),
                    "integer", Set.of(),
                    "boolean", Set.of(),
                    "null", Set.of());

    private final Object document;
    private final Map<String, Form.Named> references = new HashMap<>();

    /** References on the way to a first byte: meeting one again would never come to an end. */
    private final Set<String> opening = new HashSet<>();

    private int parts;

    private JsonSchemaForm(Object document) {
        this.document = document;
    }

    static Form of(String schema) throws UnsupportedFormatException {
        if (schema.length() > LONGEST_SCHEMA) {
            throw wrong(ROOT, "is too long", LONGEST_SCHEMA + " characters");
        }
        try {
            Object document = JsonText.read(schema);
            return new JsonSchemaForm(document).form(document, ROOT);
        } catch (IOException e) {
            throw wrong(ROOT, "is " + e.getMessage(), "a JSON schema");
        }
    }

    private Form form(Object schema, String path) throws UnsupportedFormatException {
        if (++parts > MOST_PARTS) {
            throw wrong(path, "the schema has too many parts", MOST_PARTS + " parts");
        }
        if (isWord(schema, "true")) {
            return JsonForms.anyValue();
        }
        Map<String, Object> fields = object(schema, path);
        if (fields.containsKey("$ref")) {
            only(fields, Set.of("$ref"), path);
            return reference(text(fields, "$ref", path), path);
        }
        if (fields.containsKey("anyOf")) {
            only(fields, Set.of("anyOf"), path);
            return anyOf(list(fields, "anyOf", path), path + ".anyOf");
        }
        if (fields.containsKey("const")) {
            only(fields, Set.of("const", "type"), path);
            return literal(fields.get("const"), path + ".const");
        }
        if (fields.containsKey("enum")) {
            only(fields, Set.of("enum", "type"), path);
            List<Form> options = new ArrayList<>();
            for (Object value : list(fields, "enum", path)) {
                options.add(literal(value, path + ".enum"));
            }
            return choice(options, path + ".enum");
        }
        return typed(fields, path);
    }

    private Form typed(Map<String, Object> fields, String path) throws UnsupportedFormatException {
        List<String> types = types(fields, path);
        Set<String> known = new HashSet<>(Set.of("type"));
        for (String type : types) {
            known.addAll(KEYWORDS.getOrDefault(type, Set.of()));
        }
        only(fields, known, path);
        List<Form> options = new ArrayList<>();
        // what a type opens is behind its first byte
        Set<String> open = Set.copyOf(opening);
        opening.clear();
        for (String type : types) {
            options.add(ofType(type, fields, path));
        }
        opening.addAll(open);
        return choice(options, path + ".type");
    }

    private static List<String> types(Map<String, Object> fields, String path)
            throws UnsupportedFormatException {
        Object type = fields.get("type");
        if (type == null) {
            return List.of(
                    fields.containsKey("items")
                            ? "array"
                            : fields.containsKey("properties") ? "object" : unsaid(path));
        }
        List<String> types = new ArrayList<>();
        for (Object one : type instanceof List<?> several ? several : List.of(type)) {
            if (!(one instanceof Scalar(Kind kind, String name))
                    || kind != Kind.TEXT
                    || !KEYWORDS.containsKey(name)) {
                throw wrong(path + ".type", "is no type", String.join(", ", sorted(KEYWORDS)));
            }
            types.add(name);
        }
        return types;
    }

    private static String unsaid(String path) throws UnsupportedFormatException {
        throw wrong(path, "says no type", "type, enum, const, anyOf or $ref");
    }

    private Form ofType(String type, Map<String, Object> fields, String path)
            throws UnsupportedFormatException {
        return switch (type) {
            case "object" -> objectForm(fields, path);
            case "array" -> {
                Object items = fields.get("items");
                Form item = items == null ? JsonForms.anyValue() : form(items, path + ".items");
                int least = number(fields, "minItems", 0, path);
                int most = number(fields, "maxItems", Form.UNBOUNDED, path);
                yield JsonForms.array(item, least, ordered(least, most, path));
            }
            case "string" -> {
                int least = number(fields, "minLength", 0, path);
                int most = number(fields, "maxLength", Form.UNBOUNDED, path);
                yield JsonForms.string(least, ordered(least, most, path));
            }
            case "number" -> JsonForms.NUMBER;
            case "integer" -> JsonForms.INTEGER;
            case "boolean" -> JsonForms.TRUTH;
            default -> JsonForms.NULL;
        };
    }

    /**
     * The named properties, in their order; those that are not required may be left out. What is
     * not named is left out, which every schema allows.
     */
    private Form objectForm(Map<String, Object> fields, String path)
            throws UnsupportedFormatException {
        Object more = fields.get("additionalProperties");
        Map<String, Object> properties =
                fields.containsKey("properties")
                        ? object(fields.get("properties"), path + ".properties")
                        : Map.of();
        Set<String> required = new HashSet<>();
        if (fields.containsKey("required")) {
            for (Object name : list(fields, "required", path)) {
                required.add(name instanceof Scalar scalar ? scalar.text() : "");
            }
        }
        if (!properties.keySet().containsAll(required)) {
            throw wrong(path + ".required", "names what is no property", "names of properties");
        }
        if (properties.isEmpty()) {
            return isWord(more, "false")
                    ? Form.text("{}")
                    : JsonForms.map(
                            more == null
                                    ? JsonForms.anyValue()
                                    : form(more, path + ".additionalProperties"));
        }
        List<Member> members = new ArrayList<>();
        for (Map.Entry<String, Object> property : properties.entrySet()) {
            String name = property.getKey();
            Form value = form(property.getValue(), path + ".properties." + name);
            Form member = JsonForms.member(Form.text(JsonText.quoted(name)), value);
            members.add(new Member(member, required.contains(name)));
        }
        return Form.sequence(
                Form.text("{"), JsonForms.SPACE, members(members), JsonForms.SPACE, Form.text("}"));
    }

    private record Member(Form form, boolean required) {}

    /**
     * From the last to the first: what may follow where one has been written, and where none has.
     */
    private static Form members(List<Member> members) {
        Form afterOne = new Form.Sequence(List.of());
        Form atFirst = afterOne;
        for (Member member : members.reversed()) {
            Form next = Form.sequence(Form.text(","), JsonForms.SPACE, member.form(), afterOne);
            Form first = Form.sequence(member.form(), afterOne);
            atFirst = member.required() ? first : Form.choice(first, atFirst);
            afterOne = member.required() ? next : Form.choice(next, afterOne);
        }
        return atFirst;
    }

    private Form anyOf(List<?> schemas, String path) throws UnsupportedFormatException {
        List<Form> options = new ArrayList<>();
        for (int i = 0; i < schemas.size(); i++) {
            options.add(form(schemas.get(i), path + "[" + i + "]"));
        }
        return choice(options, path);
    }

    private static Form choice(List<Form> options, String path) throws UnsupportedFormatException {
        if (options.isEmpty()) {
            throw wrong(path, "offers nothing", "1 or more");
        }
        return options.size() == 1 ? options.getFirst() : new Form.Choice(options);
    }

    private Form literal(@Nullable Object value, String path) throws UnsupportedFormatException {
        if (!(value instanceof Scalar scalar) || ++parts > MOST_PARTS) {
            throw wrong(
                    path, "cannot be held to", MOST_PARTS + " texts, numbers, true, false, null");
        }
        return Form.text(scalar.written());
    }

    private Form reference(String name, String path) throws UnsupportedFormatException {
        if (!opening.add(name)) {
            throw wrong(path, "refers to itself", "a reference to something else");
        }
        try {
            Form.Named known = references.get(name);
            if (known != null) {
                return known;
            }
            Form.Named fresh = new Form.Named();
            references.put(name, fresh);
            fresh.means(form(target(name, path), path));
            return fresh;
        } finally {
            opening.remove(name);
        }
    }

    private Object target(String name, String path) throws UnsupportedFormatException {
        if (name.equals("#")) {
            return document;
        }
        Object found = document;
        for (String step :
                name.startsWith("#/") ? name.substring(2).split("/") : new String[] {""}) {
            String field = step.replace("~1", "/").replace("~0", "~");
            found =
                    Optional.ofNullable(object(found, path).get(field))
                            .orElseThrow(() -> wrong(path, "refers to nothing", "#/$defs/NAME"));
        }
        return found;
    }

    // ------------------------------------------------------------------ reading fields

    private static void only(Map<String, Object> fields, Set<String> known, String path)
            throws UnsupportedFormatException {
        for (String field : fields.keySet()) {
            if (!known.contains(field) && !NOTES.contains(field)) {
                throw wrong(
                        path + "." + field,
                        "is not supported here by the bundled engine",
                        String.join(", ", known.stream().sorted().toList()));
            }
        }
    }

    private static Map<String, Object> object(@Nullable Object value, String path)
            throws UnsupportedFormatException {
        if (!(value instanceof Map<?, ?> map)) {
            throw wrong(path, "is not an object", "an object");
        }
        Map<String, Object> fields = new LinkedHashMap<>();
        map.forEach((name, field) -> fields.put(String.valueOf(name), field));
        return fields;
    }

    private static List<?> list(Map<String, Object> fields, String field, String path)
            throws UnsupportedFormatException {
        if (fields.get(field) instanceof List<?> list) {
            return list;
        }
        throw wrong(path + "." + field, "is not a list", "a list");
    }

    private static String text(Map<String, Object> fields, String field, String path)
            throws UnsupportedFormatException {
        if (fields.get(field) instanceof Scalar(Kind kind, String text) && kind == Kind.TEXT) {
            return text;
        }
        throw wrong(path + "." + field, "is not a text", "a text");
    }

    private static int number(Map<String, Object> fields, String field, int fallback, String path)
            throws UnsupportedFormatException {
        if (!fields.containsKey(field)) {
            return fallback;
        }
        if (fields.get(field) instanceof Scalar(Kind kind, String digits)
                && kind == Kind.NUMBER
                && digits.matches("[0-9]{1,6}")
                && Integer.parseInt(digits) <= MOST_REPEATS) {
            return Integer.parseInt(digits);
        }
        throw wrong(path + "." + field, "is out of range", "0 to " + MOST_REPEATS);
    }

    private static int ordered(int least, int most, String path) throws UnsupportedFormatException {
        if (least > most) {
            throw wrong(path, "has a minimum above its maximum", "at most the maximum");
        }
        return most;
    }

    private static boolean isWord(@Nullable Object value, String word) {
        return value instanceof Scalar(Kind kind, String text)
                && kind == Kind.OTHER
                && text.equals(word);
    }

    private static List<String> sorted(Map<String, ?> names) {
        return names.keySet().stream().sorted().toList();
    }

    private static UnsupportedFormatException wrong(String path, String message, String limit) {
        return new UnsupportedFormatException(path, message, limit);
    }
}
