package dev.millrace.serde;

import org.apache.kafka.common.errors.SerializationException;

/**
 * The registry answered that it has no schema with the id in a record's header. It may still learn
 * it (a follower that lags behind, a registry restored from an older copy), so a caller may look
 * again for a while before it calls the record bad.
 */
public final class UnknownSchemaIdException extends SerializationException {
    private static final long serialVersionUID = 1L;

    private final int schemaId;

    public UnknownSchemaIdException(int schemaId, String detail) {
        super("schema_id=" + schemaId + " is unknown to the registry: " + detail);
        this.schemaId = schemaId;
    }

    public int schemaId() {
        return schemaId;
    }
}
