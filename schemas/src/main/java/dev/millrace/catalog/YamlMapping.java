package dev.millrace.catalog;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;

/**
 * A YAML mapping that knows where each of its fields stands, which of them somebody asked for, and
 * whether anything in it was reported as wrong.
 */
abstract class YamlMapping {
    final Problems problems;
    final boolean strict;
    private final String path;
    private final int line;
    private final @Nullable YamlMapping owner;
    private final Map<String, Node> nodes = new LinkedHashMap<>();
    private final Map<String, Integer> keyLines = new LinkedHashMap<>();
    private final Set<String> known = new LinkedHashSet<>();
    private boolean sound = true;

    YamlMapping(
            MappingNode mapping,
            int line,
            String path,
            Problems problems,
            boolean strict,
            @Nullable YamlMapping owner) {
        this.path = path;
        this.line = line;
        this.problems = problems;
        this.strict = strict;
        this.owner = owner;
        mapping.getValue().forEach(this::index);
    }

    private void index(NodeTuple tuple) {
        int keyLine = Nodes.lineOf(tuple.getKeyNode());
        if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
            report(keyLine, path, "the name of a field is text");
            return;
        }
        String name = key.getValue();
        @Nullable Integer first = keyLines.putIfAbsent(name, keyLine);
        if (first != null) {
            report(keyLine, at(name), "stands twice, first on line " + first);
            return;
        }
        nodes.put(name, tuple.getValueNode());
    }

    // ------------------------------------------------------------------ what stands where

    boolean has(String field) {
        return nodes.containsKey(field);
    }

    Set<String> names() {
        return nodes.keySet();
    }

    String at(String field) {
        return path.isEmpty() ? Nodes.shown(field) : path + "." + Nodes.shown(field);
    }

    int lineOf(String field) {
        @Nullable Node node = nodes.get(field);
        if (node instanceof ScalarNode) {
            return Nodes.lineOf(node);
        }
        return keyLines.getOrDefault(field, line);
    }

    /** Where one field stands. */
    Place place(String field) {
        return new Place(problems.file(), lineOf(field), at(field), Map.of());
    }

    Place place() {
        Map<String, Integer> lines = new LinkedHashMap<>();
        nodes.keySet().forEach(field -> lines.put(field, lineOf(field)));
        return new Place(problems.file(), line, path, lines);
    }

    /** A scalar as written, whatever its type; empty when there is none. Reports nothing. */
    String raw(String field) {
        return nodes.get(field) instanceof ScalarNode scalar ? scalar.getValue() : "";
    }

    // ------------------------------------------------------------------ problems

    private void report(int at, String what, String message) {
        problems.add(at, what, message);
        for (@Nullable YamlMapping wrong = this; wrong != null; wrong = wrong.owner) {
            wrong.sound = false;
        }
    }

    /** The mapping itself is wrong, not one of its fields. */
    void rejectHere(String message) {
        report(line, path, message);
    }

    void reject(String field, String message) {
        report(lineOf(field), at(field), message);
    }

    void rejectItem(String field, int index, String message) {
        int itemLine =
                nodes.get(field) instanceof SequenceNode list && index < list.getValue().size()
                        ? Nodes.lineOf(list.getValue().get(index))
                        : lineOf(field);
        report(itemLine, at(field) + "[" + index + "]", message);
    }

    /** No field that is left is reported as unknown. */
    void skipRest() {
        known.addAll(nodes.keySet());
    }

    /**
     * Reports the fields that nobody asked for.
     *
     * @return whether nothing in this mapping was wrong
     */
    boolean finish() {
        if (strict) {
            nodes.keySet().stream().filter(name -> !known.contains(name)).forEach(this::unknown);
        }
        return sound;
    }

    private void unknown(String name) {
        String message;
        if (known.contains(name + "_ref")) {
            message =
                    "a secret never stands in the catalog; use %s_ref: env:NAME or file:PATH"
                            .formatted(name);
        } else {
            String hint = Nearest.hint(name, known);
            message =
                    "unknown field"
                            + (hint.isEmpty() ? "; known here: " + String.join(", ", known) : hint);
        }
        report(keyLines.getOrDefault(name, line), at(name), message);
    }

    // ------------------------------------------------------------------ fields

    /** Reports a field that is not there. */
    boolean required(String field) {
        known.add(field);
        if (!has(field)) {
            report(line, at(field), "is missing");
        }
        return has(field);
    }

    /** A field's node, null when it is not there; asked for either way. */
    @Nullable Node find(String field) {
        known.add(field);
        return nodes.get(field);
    }

    boolean isEmptyList(String field) {
        return nodes.get(field) instanceof SequenceNode list && list.getValue().isEmpty();
    }
}
