package dev.millrace.catalog;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** In which fields two bodies of one entry differ, for people to read. */
final class EntryDifference {
    private static final JsonMapper JSON = new JsonMapper();
    private static final String NONE = "none";
    private static final int MAX_SHOWN = 40;

    private EntryDifference() {}

    /** As in {@code slots 4 -> 8} or {@code engine.delay 0ms -> 5ms}. */
    static List<String> between(Entry before, Entry after) {
        Map<String, String> old = fields(before);
        Map<String, String> now = fields(after);
        SortedSet<String> paths = new TreeSet<>(old.keySet());
        paths.addAll(now.keySet());
        List<String> differences = new ArrayList<>();
        for (String path : paths) {
            String from = old.getOrDefault(path, NONE);
            String to = now.getOrDefault(path, NONE);
            if (!from.equals(to)) {
                differences.add(path + " " + shown(from) + " -> " + shown(to));
            }
        }
        return differences;
    }

    private static Map<String, String> fields(Entry entry) {
        Map<String, String> fields = new TreeMap<>();
        try {
            collect("", JSON.readTree(entry.canonicalJson()), fields);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("entry=" + entry.key() + " is not JSON", e);
        }
        return fields;
    }

    private static void collect(String path, JsonNode node, Map<String, String> fields) {
        if (node.isObject()) {
            node.properties()
                    .forEach(
                            field ->
                                    collect(
                                            path.isEmpty()
                                                    ? field.getKey()
                                                    : path + "." + field.getKey(),
                                            field.getValue(),
                                            fields));
        } else if (node.isArray() && node.path(0).isObject()) {
            IntStream.range(0, node.size())
                    .forEach(i -> collect(path + "[" + i + "]", node.get(i), fields));
        } else if (node.isArray() && !node.isEmpty()) {
            fields.put(
                    path,
                    node.valueStream()
                            .map(JsonNode::asText)
                            .collect(Collectors.joining(", ", "[", "]")));
        } else if (node.isValueNode()) {
            fields.put(path, node.asText());
        }
    }

    private static String shown(String value) {
        return value.length() <= MAX_SHOWN ? value : value.substring(0, MAX_SHOWN) + "...";
    }
}
