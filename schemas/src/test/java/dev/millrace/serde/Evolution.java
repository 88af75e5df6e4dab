package dev.millrace.serde;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;
import org.apache.avro.SchemaCompatibility.Incompatibility;

/** What a new version of a record may change, and what it broke. */
enum Evolution {
    /** Readers of this version read what every earlier version wrote. */
    BACKWARD_TRANSITIVE,
    /** And readers of every earlier version read what this one writes. */
    FULL_TRANSITIVE;

    /** Records that programs outside Millrace read: those may stay old for long. */
    private static final Set<String> READ_OUTSIDE =
            Set.of("InferenceResult", "WebhookEvent", "UsageEvent", "TokenChunk");

    static Evolution of(String record) {
        return READ_OUTSIDE.contains(record) ? FULL_TRANSITIVE : BACKWARD_TRANSITIVE;
    }

    /** One line for each thing that a change from {@code past} to {@code present} breaks. */
    List<String> broken(Schema past, Schema present) {
        List<String> broken = new ArrayList<>();
        if (!past.getFullName().equals(present.getFullName())) {
            broken.add("it was " + past.getFullName() + " and is " + present.getFullName());
        }
        for (String problem : unreadable(present, past)) {
            broken.add("this version cannot read what the earlier one wrote: " + problem);
        }
        if (this == FULL_TRANSITIVE) {
            for (String problem : unreadable(past, present)) {
                broken.add("the earlier version cannot read what this one writes: " + problem);
            }
        }
        for (String name : enumsWithoutDefault(present, new HashSet<>())) {
            broken.add("enum " + name + " has no default: its next symbol breaks every reader");
        }
        return broken;
    }

    private static List<String> unreadable(Schema reader, Schema writer) {
        return SchemaCompatibility.checkReaderWriterCompatibility(reader, writer)
                .getResult()
                .getIncompatibilities()
                .stream()
                .map(Evolution::line)
                .toList();
    }

    private static String line(Incompatibility problem) {
        return problem.getType() + " at " + problem.getLocation() + " " + problem.getMessage();
    }

    private static Set<String> enumsWithoutDefault(Schema schema, Set<String> entered) {
        Set<String> found = new HashSet<>();
        switch (schema.getType()) {
            case RECORD -> {
                if (entered.add(schema.getFullName())) {
                    schema.getFields()
                            .forEach(
                                    field ->
                                            found.addAll(
                                                    enumsWithoutDefault(field.schema(), entered)));
                }
            }
            case UNION ->
                    schema.getTypes()
                            .forEach(type -> found.addAll(enumsWithoutDefault(type, entered)));
            case ARRAY -> found.addAll(enumsWithoutDefault(schema.getElementType(), entered));
            case MAP -> found.addAll(enumsWithoutDefault(schema.getValueType(), entered));
            case ENUM -> {
                if (schema.getEnumDefault() == null) {
                    found.add(schema.getFullName());
                }
            }
            case FIXED, STRING, BYTES, INT, LONG, FLOAT, DOUBLE, BOOLEAN, NULL -> {}
        }
        return found;
    }
}
