package dev.millrace.serde;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.serde.RegistryHttp.Answer;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.errors.SerializationException;
import org.jspecify.annotations.Nullable;

/** A registry that speaks Confluent's REST interface. */
final class HttpRegistry implements SchemaStore {
    private final RegistryHttp http;

    HttpRegistry(RegistryHttp http) {
        this.http = http;
    }

    @Override
    public StoredSchema byId(int id) {
        Answer answer = http.get("/schemas/ids/" + id);
        if (answer.status() == 200) {
            return stored(answer, id);
        }
        if (answer.status() == 404 && answer.isRegistryError()) {
            throw new UnknownSchemaIdException(id, answer.message());
        }
        throw answer.notAnAnswer();
    }

    @Override
    public int register(String subject, String schema, boolean normalize) {
        return write(subject, "/subjects/" + encoded(subject) + "/versions", schema, normalize);
    }

    @Override
    public int lookUp(String subject, String schema, boolean normalize) {
        return write(subject, "/subjects/" + encoded(subject), schema, normalize);
    }

    @Override
    public StoredSchema latest(String subject) {
        return inSubject(subject, "latest");
    }

    @Override
    public StoredSchema version(String subject, int version) {
        return inSubject(subject, Integer.toString(version));
    }

    @Override
    public void setCompatibility(String subject, String level) {
        ObjectNode body = JsonNodeFactory.instance.objectNode().put("compatibility", level);
        Answer answer = http.put("/config/" + encoded(subject), body.toString());
        if (answer.status() == 200) {
            return;
        }
        if (answer.isRegistryError()) {
            throw new SerializationException(
                    "subject=" + subject + " compatibility=" + level + ": " + answer.message());
        }
        throw answer.notAnAnswer();
    }

    @Override
    public void close() {
        http.close();
    }

    private StoredSchema inSubject(String subject, String version) {
        Answer answer = http.get("/subjects/" + encoded(subject) + "/versions/" + version);
        if (answer.status() == 200) {
            return stored(answer, null);
        }
        if (answer.isRegistryError()) {
            throw new SerializationException(
                    "subject=" + subject + " version=" + version + ": " + answer.message());
        }
        throw answer.notAnAnswer();
    }

    private int write(String subject, String path, String schema, boolean normalize) {
        ObjectNode body = JsonNodeFactory.instance.objectNode().put("schema", schema);
        Answer answer = http.post(path + (normalize ? "?normalize=true" : ""), body.toString());
        if (answer.status() == 200) {
            return id(answer);
        }
        if (answer.isRegistryError()) {
            throw new SerializationException(
                    "subject="
                            + subject
                            + ": the registry answered "
                            + answer.status()
                            + ": "
                            + answer.message());
        }
        throw answer.notAnAnswer();
    }

    private static int id(Answer answer) {
        JsonNode id = answer.json().path("id");
        if (!id.isInt()) {
            throw answer.notAnAnswer();
        }
        return id.intValue();
    }

    private static StoredSchema stored(Answer answer, @Nullable Integer id) {
        JsonNode json = answer.json();
        if (!json.path("schema").isTextual()) {
            throw answer.notAnAnswer();
        }
        List<StoredSchema.Reference> references = new ArrayList<>();
        for (JsonNode reference : json.path("references")) {
            references.add(
                    new StoredSchema.Reference(
                            reference.path("name").asText(),
                            reference.path("subject").asText(),
                            reference.path("version").asInt()));
        }
        return new StoredSchema(
                id == null ? id(answer) : id,
                json.path("schemaType").asText("AVRO"),
                json.path("schema").textValue(),
                references);
    }

    private static String encoded(String part) {
        return URLEncoder.encode(part, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
