package dev.millrace.workers.provider;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.job.Messages;
import dev.millrace.v1.ContentPart;
import dev.millrace.v1.Message;
import dev.millrace.v1.Tool;
import dev.millrace.v1.ToolCall;
import dev.millrace.workers.engine.Extras;
import dev.millrace.workers.engine.Prompt;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Bodies of Bedrock's Converse API. */
final class BedrockRequests {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern IMAGE = Pattern.compile("data:image/(\\w+);base64,(.*)");

    private BedrockRequests() {}

    /**
     * @throws UnsupportedException for what the API cannot say
     */
    static ObjectNode body(Prompt prompt) {
        ObjectNode body = JSON.createObjectNode();
        ArrayNode messages = body.putArray("messages");
        for (Message message : prompt.messages()) {
            add(body, messages, message);
        }
        ObjectNode settings = body.putObject("inferenceConfig");
        settings.put("maxTokens", prompt.maxTokens());
        prompt.temperature().ifPresent(value -> settings.put("temperature", value));
        prompt.topP().ifPresent(value -> settings.put("topP", value));
        if (!prompt.stop().isEmpty()) {
            prompt.stop().forEach(settings.putArray("stopSequences")::add);
        }
        if (prompt.extras().wantsJson()) {
            throw new UnsupportedException("response_format", "the provider has no JSON answers");
        }
        tools(body, prompt);
        return body;
    }

    private static void add(ObjectNode body, ArrayNode messages, Message message) {
        String text = Messages.text(message);
        switch (message.getRole()) {
            case "system", "developer" -> body.withArray("system").addObject().put("text", text);
            case "assistant" -> {
                ArrayNode content = contentOf(messages, "assistant");
                text(content, text);
                for (ToolCall call : Messages.calls(message)) {
                    ObjectNode use = content.addObject().putObject("toolUse");
                    use.put("toolUseId", call.getId()).put("name", call.getName());
                    use.set("input", Schemas.tree(call.getArguments()));
                }
            }
            default -> {
                ArrayNode content = contentOf(messages, "user");
                Optional<String> call = message.getToolCallId();
                if (call.isPresent()) {
                    ObjectNode result = content.addObject().putObject("toolResult");
                    result.put("toolUseId", call.get());
                    result.putArray("content").addObject().put("text", text);
                } else {
                    text(content, text);
                    Messages.images(message).forEach(part -> image(content, part));
                }
            }
        }
    }

    /** Roles have to take turns: what one says twice in a row is one message. */
    private static ArrayNode contentOf(ArrayNode messages, String role) {
        if (!messages.isEmpty()
                && messages.get(messages.size() - 1) instanceof ObjectNode last
                && last.path("role").asText().equals(role)) {
            return last.withArray("content");
        }
        return messages.addObject().put("role", role).putArray("content");
    }

    private static void text(ArrayNode content, String text) {
        if (!text.isBlank()) {
            content.addObject().put("text", text);
        }
    }

    private static void image(ArrayNode content, ContentPart part) {
        Matcher data = IMAGE.matcher(part.getUrl().orElse(""));
        if (!data.matches()) {
            throw new UnsupportedException("messages", "the lane takes images as data: URLs only");
        }
        ObjectNode image = content.addObject().putObject("image");
        image.put("format", data.group(1));
        image.putObject("source").put("bytes", data.group(2));
    }

    /**
     * There is no word for "none": then no tools are shown, where the conversation lets them go.
     */
    private static void tools(ObjectNode body, Prompt prompt) {
        Extras extras = prompt.extras();
        String choice = extras.toolChoice().orElse("");
        boolean called =
                prompt.messages().stream().anyMatch(each -> !Messages.calls(each).isEmpty());
        if (extras.tools().isEmpty() || (choice.equals("none") && !called)) {
            return;
        }
        ObjectNode config = body.putObject("toolConfig");
        ArrayNode tools = config.putArray("tools");
        for (Tool tool : extras.tools()) {
            ObjectNode spec = tools.addObject().putObject("toolSpec").put("name", tool.getName());
            if (!tool.getDescription().isEmpty()) {
                spec.put("description", tool.getDescription());
            }
            spec.putObject("inputSchema").set("json", Schemas.tree(tool.getParameters()));
        }
        switch (choice) {
            case "", "none" -> {}
            case "auto" -> config.putObject("toolChoice").putObject("auto");
            case "required" -> config.putObject("toolChoice").putObject("any");
            default -> config.putObject("toolChoice").putObject("tool").put("name", choice);
        }
    }
}
