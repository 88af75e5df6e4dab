package dev.millrace.serde;

import java.util.List;

/**
 * A schema as the registry keeps it.
 *
 * @param type AVRO, JSON or PROTOBUF
 * @param references the named types that the text uses and that stand in other subjects
 */
record StoredSchema(int id, String type, String text, List<Reference> references) {
    StoredSchema {
        references = List.copyOf(references);
    }

    record Reference(String name, String subject, int version) {}
}
