package dev.millrace.serde;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.common.errors.SerializationException;

/**
 * A registry in this process's memory, for tests of a topology without a network: {@code
 * schema.registry.url=mock://SCOPE}, as Confluent's serdes spell it. All serdes of a scope share
 * it, and it lives as long as the process. It checks no compatibility.
 */
final class InMemoryRegistry implements SchemaStore {
    private static final Map<String, InMemoryRegistry> SCOPES = new ConcurrentHashMap<>();

    private final Map<String, Integer> ids = new LinkedHashMap<>();
    private final Map<Integer, String> schemas = new LinkedHashMap<>();
    private final Map<String, List<Integer>> subjects = new LinkedHashMap<>();

    static InMemoryRegistry scope(String name) {
        return SCOPES.computeIfAbsent(name, any -> new InMemoryRegistry());
    }

    private InMemoryRegistry() {}

    @Override
    public synchronized StoredSchema byId(int id) {
        String schema = schemas.get(id);
        if (schema == null) {
            throw new UnknownSchemaIdException(id, "not in memory");
        }
        return stored(id, schema);
    }

    @Override
    public synchronized int register(String subject, String schema, boolean normalize) {
        int id = ids.computeIfAbsent(schema, any -> ids.size() + 1);
        schemas.put(id, schema);
        List<Integer> versions = subjects.computeIfAbsent(subject, any -> new ArrayList<>());
        if (!versions.contains(id)) {
            versions.add(id);
        }
        return id;
    }

    @Override
    public synchronized int lookUp(String subject, String schema, boolean normalize) {
        Integer id = ids.get(schema);
        if (id == null || !subjects.getOrDefault(subject, List.of()).contains(id)) {
            throw new SerializationException("subject=" + subject + ": schema not found");
        }
        return id;
    }

    /** There is nothing to set: it checks none. */
    @Override
    public void setCompatibility(String subject, String level) {}

    @Override
    public synchronized StoredSchema latest(String subject) {
        return version(subject, subjects.getOrDefault(subject, List.of()).size());
    }

    @Override
    public synchronized StoredSchema version(String subject, int version) {
        List<Integer> versions = subjects.getOrDefault(subject, List.of());
        if (version < 1 || version > versions.size()) {
            throw new SerializationException(
                    "subject=" + subject + " version=" + version + ": not found");
        }
        return byId(versions.get(version - 1));
    }

    @Override
    public void close() {}

    private static StoredSchema stored(int id, String schema) {
        return new StoredSchema(id, "AVRO", schema, List.of());
    }
}
