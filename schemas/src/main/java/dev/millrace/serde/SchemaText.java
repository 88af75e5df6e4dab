package dev.millrace.serde;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.kafka.common.errors.SerializationException;

/** Schemas as text: what is published, and what is read back. */
final class SchemaText {
    private static final ObjectMapper JSON = new ObjectMapper();

    /**
     * Generated code asks for {@code java.lang.String} with it; readers in other languages need not
     * know.
     */
    private static final String JAVA_STRING = "avro.java.string";

    /**
     * The schema as it is registered: one line of JSON, with its documentation, free of what only
     * Java needs.
     */
    static String published(Schema schema) {
        try {
            JsonNode tree = JSON.readTree(schema.toString());
            strip(tree);
            return parser().parse(tree.toString()).toString();
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a schema's text is not JSON", e);
        }
    }

    /**
     * Parses a writer's schema.
     *
     * @param referenced texts of the named types that it uses, each before those that use it
     */
    static Schema parse(String text, List<String> referenced) {
        try {
            Schema.Parser parser = parser();
            referenced.forEach(parser::parse);
            return parser.parse(text);
        } catch (AvroRuntimeException | StackOverflowError e) {
            throw new SerializationException("the writer's schema is not valid Avro", e);
        }
    }

    /** A writer's wrong default harms nobody: only the reader's defaults are used. */
    private static Schema.Parser parser() {
        return new Schema.Parser().setValidateDefaults(false);
    }

    private static void strip(JsonNode node) {
        if (node instanceof ObjectNode object) {
            object.remove(JAVA_STRING);
        }
        node.properties()
                .forEach(
                        property -> {
                            if (!property.getKey().equals("default")) {
                                strip(property.getValue());
                            }
                        });
        if (node.isArray()) {
            node.forEach(SchemaText::strip);
        }
    }

    private SchemaText() {}
}
