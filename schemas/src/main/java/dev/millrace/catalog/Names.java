package dev.millrace.catalog;

import dev.millrace.topics.Topics;

/** Names of tenants, lanes, routes and reply topics: they are parts of topic names. */
final class Names {
    private Names() {}

    static boolean isLegal(String name) {
        return Topics.NAME.matcher(name).matches();
    }

    static String illegal(String name) {
        return "\"%s\" is no name: 1 to 63 of a-z, 0-9 and -, starting with a letter or digit"
                .formatted(Nodes.shown(name));
    }

    /** A required name; empty when it was reported. */
    static String read(Fields fields, String field) {
        String name = fields.text(field);
        if (!name.isEmpty() && !isLegal(name)) {
            fields.reject(field, illegal(name));
            return "";
        }
        return name;
    }
}
