package dev.millrace.ingress.openai;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.ingress.http.JobBody.BadBodyException;
import dev.millrace.ingress.http.JsonFields;
import dev.millrace.v1.JobError;
import dev.millrace.v1.ResponseFormat;
import dev.millrace.v1.Tool;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The tools that a model may call, and the form of its answer: passed through to the provider. */
final class ChatTools {
    private static final List<String> CHOICE = List.of("type", "function");

    static List<Tool> tools(JsonFields fields) throws BadBodyException {
        List<Tool> tools = new ArrayList<>();
        for (JsonFields tool : fields.objects("tools", List.of("type", "function"))) {
            JsonFields function =
                    function(
                            tool,
                            List.of("name", "description", "parameters", "strict"),
                            "function");
            Tool.Builder named =
                    Tool.newBuilder()
                            .setName(function.required("name"))
                            .setDescription(function.text("description").orElse(""));
            schema(function, "parameters").ifPresent(named::setParameters);
            tools.add(named.build());
        }
        return tools;
    }

    /** A word, or the name of the one tool that must be called. */
    static Optional<String> choice(JsonFields fields) throws BadBodyException {
        if (fields.raw("tool_choice").filter(JsonNode::isObject).isEmpty()) {
            return fields.text("tool_choice");
        }
        JsonFields choice = fields.object("tool_choice", CHOICE).orElseThrow();
        return Optional.of(function(choice, List.of("name"), "function").required("name"));
    }

    static Optional<ResponseFormat> format(JsonFields fields) throws BadBodyException {
        Optional<JsonFields> format =
                fields.object("response_format", List.of("type", "json_schema"));
        if (format.isEmpty() || format.get().required("type").equals("text")) {
            return Optional.empty();
        }
        ResponseFormat.Builder asked =
                ResponseFormat.newBuilder().setType(format.get().required("type"));
        Optional<JsonFields> schema =
                format.get()
                        .object("json_schema", List.of("name", "description", "schema", "strict"));
        if (schema.isPresent()) {
            asked.setName(schema.get().required("name"));
            asked.setJsonSchema(schema(schema.get(), "schema").orElse(null));
        }
        return Optional.of(asked.build());
    }

    /** The function of a tool, a choice or a call; there are no other kinds of them. */
    static JsonFields function(JsonFields holder, List<String> known, String name)
            throws BadBodyException {
        String type = holder.text("type").orElse(name);
        Optional<JsonFields> function = holder.object(name, known);
        if (!type.equals(name) || function.isEmpty()) {
            throw new BadBodyException(
                    new JobError(
                            "unsupported_value",
                            holder.place(type.equals(name) ? name : "type"),
                            "a function",
                            "only functions can be called"));
        }
        return function.get();
    }

    private static Optional<String> schema(JsonFields fields, String name) throws BadBodyException {
        Optional<JsonNode> schema = fields.raw(name);
        if (schema.isPresent() && !schema.get().isObject()) {
            throw new BadBodyException(
                    new JobError("wrong_type", fields.place(name), "an object", "it is no object"));
        }
        return schema.map(JsonNode::toString);
    }

    private ChatTools() {}
}
