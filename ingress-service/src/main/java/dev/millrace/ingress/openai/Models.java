package dev.millrace.ingress.openai;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.catalog.Catalog;
import dev.millrace.catalog.Lane;
import dev.millrace.ingress.check.JobChecks;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What {@code model} may be: {@code auto}, and the names and aliases of the lanes that take jobs.
 */
final class Models {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    private static final String OWNER = "millrace";

    static ObjectNode list(Catalog catalog) {
        ArrayNode data = JSON.arrayNode();
        names(catalog).forEach((name, lane) -> data.add(model(name)));
        ObjectNode list = JSON.objectNode().put("object", "list");
        list.set("data", data);
        return list;
    }

    static Optional<ObjectNode> find(Catalog catalog, String name) {
        return names(catalog).containsKey(name) ? Optional.of(model(name)) : Optional.empty();
    }

    private static Map<String, String> names(Catalog catalog) {
        Map<String, String> names = new LinkedHashMap<>();
        names.put(JobChecks.AUTO, JobChecks.AUTO);
        for (Lane lane : catalog.lanes().values()) {
            if (!lane.retired()) {
                names.put(lane.name(), lane.name());
                lane.aliases().forEach(alias -> names.put(alias, lane.name()));
            }
        }
        return names;
    }

    /** A lane has no day of birth that anybody keeps. */
    private static ObjectNode model(String name) {
        return JSON.objectNode()
                .put("id", name)
                .put("object", "model")
                .put("created", 0)
                .put("owned_by", OWNER);
    }

    private Models() {}
}
