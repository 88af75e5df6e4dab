package dev.millrace.serde;

/**
 * The questions that a serde asks a registry. Each throws {@link RegistryUnavailableException},
 * {@link RegistryAuthorizationException}, or a {@code SerializationException} with the registry's
 * reason: {@link UnknownSchemaIdException} where it is the id that is not known.
 */
interface SchemaStore extends AutoCloseable {

    StoredSchema byId(int id);

    /** The schema's id, after registering it under the subject where it is new there. */
    int register(String subject, String schema, boolean normalize);

    /** The schema's id, if it is registered under the subject. */
    int lookUp(String subject, String schema, boolean normalize);

    StoredSchema latest(String subject);

    /** Sets how the subject's schemas may evolve, under Confluent's names of the levels. */
    void setCompatibility(String subject, String level);

    StoredSchema version(String subject, int version);

    @Override
    void close();
}
