package dev.millrace.catalog;

import java.util.Map;

/**
 * Where something stands in a catalog file.
 *
 * @param line from 1
 * @param path as in {@code lanes[1]}
 * @param fields the line of each of its fields
 */
public record Place(String file, int line, String path, Map<String, Integer> fields) {
    public Place {
        fields = Map.copyOf(fields);
    }

    public Problem problem(String message) {
        return new Problem(file, line, path, message);
    }

    /** A problem with one field; a field that is not written out is shown at its owner's line. */
    public Problem problem(String field, String message) {
        return new Problem(file, fields.getOrDefault(field, line), path + "." + field, message);
    }
}
