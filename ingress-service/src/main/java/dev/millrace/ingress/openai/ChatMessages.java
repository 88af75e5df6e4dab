package dev.millrace.ingress.openai;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.ingress.http.JobBody.BadBodyException;
import dev.millrace.ingress.http.JsonFields;
import dev.millrace.job.Messages;
import dev.millrace.v1.ContentPart;
import dev.millrace.v1.JobError;
import dev.millrace.v1.Message;
import dev.millrace.v1.ToolCall;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** The messages of a chat completion: texts, images, calls of tools and their answers. */
final class ChatMessages {
    private static final List<String> FIELDS =
            List.of("role", "content", "name", "refusal", "tool_calls", "tool_call_id");
    private static final List<String> PART = List.of("type", "text", "image_url");

    static List<Message> read(JsonFields fields) throws BadBodyException {
        List<Message> messages = new ArrayList<>();
        for (JsonFields message : fields.objects("messages", FIELDS)) {
            List<ToolCall> calls = calls(message);
            List<ContentPart> parts = parts(message);
            // words alone are the message's content, in however many parts they came
            boolean words = parts.stream().allMatch(part -> part.getType().equals(Messages.TEXT));
            messages.add(
                    new Message(
                            message.required("role"),
                            words ? content(message, parts, !calls.isEmpty()) : "",
                            words ? null : parts,
                            calls.isEmpty() ? null : calls,
                            message.text("tool_call_id").orElse(null)));
        }
        return messages;
    }

    private static String content(JsonFields message, List<ContentPart> parts, boolean callsTools)
            throws BadBodyException {
        Optional<JsonNode> content = message.raw("content");
        if (content.filter(JsonNode::isArray).isPresent()) {
            return parts.stream().map(ContentPart::getText).collect(Collectors.joining());
        }
        return content.isEmpty() && callsTools ? "" : message.required("content");
    }

    private static List<ContentPart> parts(JsonFields message) throws BadBodyException {
        List<ContentPart> parts = new ArrayList<>();
        if (message.raw("content").filter(JsonNode::isArray).isPresent()) {
            for (JsonFields part : message.objects("content", PART)) {
                parts.add(part(part));
            }
        }
        return parts;
    }

    private static ContentPart part(JsonFields part) throws BadBodyException {
        String type = part.required("type");
        return switch (type) {
            case Messages.TEXT -> new ContentPart(type, part.required("text"), null, null);
            case Messages.IMAGE -> {
                Optional<JsonFields> image = part.object(type, List.of("url", "detail"));
                if (image.isEmpty()) {
                    throw unsupported(part.place(type), "an object with a url");
                }
                yield new ContentPart(
                        type,
                        "",
                        image.get().required("url"),
                        image.get().text("detail").orElse(null));
            }
            default -> throw unsupported(part.place("type"), "text, image_url");
        };
    }

    private static List<ToolCall> calls(JsonFields message) throws BadBodyException {
        List<ToolCall> calls = new ArrayList<>();
        for (JsonFields call : message.objects("tool_calls", List.of("id", "type", "function"))) {
            JsonFields function =
                    ChatTools.function(call, List.of("name", "arguments"), "function");
            calls.add(
                    new ToolCall(
                            call.required("id"),
                            function.required("name"),
                            function.required("arguments")));
        }
        return calls;
    }

    private static BadBodyException unsupported(String field, String limit) {
        return new BadBodyException(
                new JobError(
                        "unsupported_content", field, limit, "this part of it cannot be read"));
    }

    private ChatMessages() {}
}
