package dev.millrace.workers.provider;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.langchain4j.model.chat.request.json.JsonAnyOfSchema;
import dev.langchain4j.model.chat.request.json.JsonArraySchema;
import dev.langchain4j.model.chat.request.json.JsonBooleanSchema;
import dev.langchain4j.model.chat.request.json.JsonEnumSchema;
import dev.langchain4j.model.chat.request.json.JsonIntegerSchema;
import dev.langchain4j.model.chat.request.json.JsonNullSchema;
import dev.langchain4j.model.chat.request.json.JsonNumberSchema;
import dev.langchain4j.model.chat.request.json.JsonObjectSchema;
import dev.langchain4j.model.chat.request.json.JsonRawSchema;
import dev.langchain4j.model.chat.request.json.JsonSchemaElement;
import dev.langchain4j.model.chat.request.json.JsonStringSchema;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** JSON schemas as callers write them, for LangChain4j. */
final class Schemas {
    private static final ObjectMapper JSON = new ObjectMapper();

    private Schemas() {}

    /** The root as LangChain4j wants it; what is below it stays as it is written. */
    static JsonObjectSchema asWritten(String schema) {
        return object(tree(schema), node -> JsonRawSchema.from(node.toString()));
    }

    /**
     * In LangChain4j's own words throughout, for a provider that knows only these. What they cannot
     * say (a pattern, a minimum) is left out: it restricts what the model may write, and callers
     * check that anyway.
     */
    static JsonObjectSchema inWords(String schema) {
        return object(tree(schema), Schemas::element);
    }

    /** Whether objects may hold nothing but what the schema names. */
    static boolean isClosed(String schema) {
        JsonNode additional = tree(schema).path("additionalProperties");
        return additional.isBoolean() && !additional.booleanValue();
    }

    /**
     * A JSON object.
     *
     * @throws UnsupportedException where it is none
     */
    static JsonNode tree(String json) {
        try {
            return JSON.readTree(json);
        } catch (JsonProcessingException e) {
            throw new UnsupportedException("tools", "a schema or an argument is no JSON object");
        }
    }

    private static JsonObjectSchema object(
            JsonNode node, Function<JsonNode, JsonSchemaElement> below) {
        JsonObjectSchema.Builder schema =
                JsonObjectSchema.builder().description(description(node)).required(required(node));
        node.path("properties")
                .properties()
                .forEach(each -> schema.addProperty(each.getKey(), below.apply(each.getValue())));
        JsonNode additional = node.path("additionalProperties");
        if (additional.isBoolean()) {
            schema.additionalProperties(additional.booleanValue());
        }
        for (String definitions : List.of("$defs", "definitions")) {
            if (node.path(definitions).isObject()) {
                schema.definitions(
                        node.path(definitions).properties().stream()
                                .collect(
                                        Collectors.toMap(
                                                Map.Entry::getKey,
                                                each -> below.apply(each.getValue()))));
            }
        }
        return schema.build();
    }

    private static JsonSchemaElement element(JsonNode node) {
        if (node.path("enum").isArray()) {
            return JsonEnumSchema.builder()
                    .description(description(node))
                    .enumValues(node.path("enum").valueStream().map(JsonNode::asText).toList())
                    .build();
        }
        if (node.path("anyOf").isArray()) {
            return JsonAnyOfSchema.builder()
                    .description(description(node))
                    .anyOf(node.path("anyOf").valueStream().map(Schemas::element).toList())
                    .build();
        }
        return switch (node.path("type").asText("")) {
            case "object" -> object(node, Schemas::element);
            case "array" ->
                    JsonArraySchema.builder()
                            .description(description(node))
                            .items(element(node.path("items")))
                            .build();
            case "integer" -> JsonIntegerSchema.builder().description(description(node)).build();
            case "number" -> JsonNumberSchema.builder().description(description(node)).build();
            case "boolean" -> JsonBooleanSchema.builder().description(description(node)).build();
            case "null" -> new JsonNullSchema();
            default -> JsonStringSchema.builder().description(description(node)).build();
        };
    }

    private static List<String> required(JsonNode node) {
        return node.path("required").valueStream().map(JsonNode::asText).toList();
    }

    private static @Nullable String description(JsonNode node) {
        return node.path("description").isTextual() ? node.path("description").textValue() : null;
    }
}
