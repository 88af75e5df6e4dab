package dev.millrace.workers.provider;

import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.data.image.Image;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.Content;
import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.data.message.ToolExecutionResultMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.request.DefaultChatRequestParameters;
import dev.langchain4j.model.chat.request.ResponseFormat;
import dev.langchain4j.model.chat.request.ResponseFormatType;
import dev.langchain4j.model.chat.request.ToolChoice;
import dev.langchain4j.model.chat.request.json.JsonObjectSchema;
import dev.langchain4j.model.chat.request.json.JsonRawSchema;
import dev.langchain4j.model.chat.request.json.JsonSchema;
import dev.millrace.job.Messages;
import dev.millrace.v1.ContentPart;
import dev.millrace.v1.Message;
import dev.millrace.v1.Tool;
import dev.millrace.v1.ToolCall;
import dev.millrace.workers.engine.Extras;
import dev.millrace.workers.engine.Prompt;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** From our prompts to LangChain4j's, the same for all of its providers but for a few quirks. */
final class Requests {
    private static final Pattern DATA = Pattern.compile("data:([^;,]+);base64,(.*)");

    private Requests() {}

    /** How images travel. */
    enum Images {
        /** As bytes or by address: the provider fetches those. */
        BOTH,
        /** Everything as an address, bytes as a {@code data:} one. */
        ADDRESSES,
        /**
         * Bytes only: LangChain4j would fetch addresses itself, from inside our network, and no
         * caller may make it do so.
         */
        BYTES
    }

    // ------------------------------------------------------------------ messages

    /**
     * @throws IllegalArgumentException for what the library cannot express, such as a message
     *     without content
     */
    static List<ChatMessage> messages(Prompt prompt, Images images) {
        Map<String, String> toolNames = new HashMap<>();
        List<ChatMessage> messages = new ArrayList<>();
        for (Message message : prompt.messages()) {
            messages.add(message(message, images, toolNames));
            Messages.calls(message).forEach(call -> toolNames.put(call.getId(), call.getName()));
        }
        return messages;
    }

    private static ChatMessage message(
            Message message, Images images, Map<String, String> toolNames) {
        String text = Messages.text(message);
        return switch (message.getRole()) {
            case "system", "developer" -> SystemMessage.from(text);
            case "assistant" -> assistant(message, text);
            default -> {
                Optional<String> call = message.getToolCallId();
                if (call.isPresent() && message.getRole().equals("tool")) {
                    yield ToolExecutionResultMessage.from(
                            call.get(), toolNames.getOrDefault(call.get(), "tool"), text);
                }
                yield Messages.parts(message).isEmpty()
                        ? UserMessage.from(text)
                        : UserMessage.from(contents(message, text, images));
            }
        };
    }

    private static AiMessage assistant(Message message, String text) {
        if (Messages.calls(message).isEmpty()) {
            return AiMessage.from(text);
        }
        return AiMessage.builder()
                .text(text.isEmpty() ? null : text)
                .toolExecutionRequests(
                        Messages.calls(message).stream().map(Requests::call).toList())
                .build();
    }

    private static ToolExecutionRequest call(ToolCall call) {
        return ToolExecutionRequest.builder()
                .id(call.getId())
                .name(call.getName())
                .arguments(call.getArguments())
                .build();
    }

    /** In the caller's order; all text first where only bytes travel, since Ollama has it apart. */
    private static List<Content> contents(Message message, String text, Images images) {
        List<Content> contents = new ArrayList<>();
        if (images == Images.BYTES) {
            if (!text.isEmpty()) {
                contents.add(TextContent.from(text));
            }
            Messages.images(message).forEach(part -> contents.add(image(part, images)));
            return contents;
        }
        if (!message.getContent().isEmpty()) {
            contents.add(TextContent.from(message.getContent()));
        }
        for (ContentPart part : Messages.parts(message)) {
            contents.add(
                    part.getType().equals(Messages.IMAGE)
                            ? image(part, images)
                            : TextContent.from(part.getText()));
        }
        return contents;
    }

    private static ImageContent image(ContentPart part, Images images) {
        String url = part.getUrl().orElse("");
        Matcher data = DATA.matcher(url);
        if (data.matches() && images != Images.ADDRESSES) {
            Image image = Image.builder().mimeType(data.group(1)).base64Data(data.group(2)).build();
            return ImageContent.from(image, detail(part));
        }
        if (images == Images.BYTES) {
            throw new UnsupportedException("messages", "the lane takes images as data: URLs only");
        }
        return ImageContent.from(URI.create(url), detail(part));
    }

    private static ImageContent.DetailLevel detail(ContentPart part) {
        return switch (part.getDetail().orElse("auto")) {
            case "low" -> ImageContent.DetailLevel.LOW;
            case "high" -> ImageContent.DetailLevel.HIGH;
            default -> ImageContent.DetailLevel.AUTO;
        };
    }

    // ------------------------------------------------------------------ parameters

    /** What every provider understands. */
    static void common(
            DefaultChatRequestParameters.Builder<?> parameters,
            Prompt prompt,
            String model,
            Function<String, JsonObjectSchema> schemas) {
        Extras extras = prompt.extras();
        parameters
                .modelName(model)
                .temperature(prompt.temperature().orElse(null))
                .topP(prompt.topP().orElse(null))
                .stopSequences(prompt.stop().isEmpty() ? null : prompt.stop())
                .responseFormat(format(extras));
        if (!extras.tools().isEmpty()) {
            parameters
                    .toolSpecifications(tools(extras, schemas))
                    .toolChoice(choice(extras.toolChoice()));
        }
    }

    static ChatRequestParameters parameters(
            Prompt prompt, String model, Function<String, JsonObjectSchema> schemas) {
        DefaultChatRequestParameters.Builder<?> parameters = DefaultChatRequestParameters.builder();
        common(parameters, prompt, model, schemas);
        return parameters.maxOutputTokens(prompt.maxTokens()).build();
    }

    /** Who must call a certain tool is shown no other: every provider understands that. */
    private static List<ToolSpecification> tools(
            Extras extras, Function<String, JsonObjectSchema> schemas) {
        Optional<String> named =
                extras.toolChoice()
                        .filter(
                                choice ->
                                        extras.tools().stream()
                                                .anyMatch(tool -> tool.getName().equals(choice)));
        return extras.tools().stream()
                .filter(tool -> named.isEmpty() || named.get().equals(tool.getName()))
                .map(tool -> tool(tool, schemas))
                .toList();
    }

    private static ToolSpecification tool(Tool tool, Function<String, JsonObjectSchema> schemas) {
        return ToolSpecification.builder()
                .name(tool.getName())
                .description(tool.getDescription().isEmpty() ? null : tool.getDescription())
                .parameters(schemas.apply(tool.getParameters()))
                .build();
    }

    private static @Nullable ToolChoice choice(Optional<String> choice) {
        return choice.map(
                        word ->
                                switch (word) {
                                    case "auto" -> ToolChoice.AUTO;
                                    case "none" -> ToolChoice.NONE;
                                    default -> ToolChoice.REQUIRED;
                                })
                .orElse(null);
    }

    private static @Nullable ResponseFormat format(Extras extras) {
        if (!extras.wantsJson()) {
            return null;
        }
        dev.millrace.v1.ResponseFormat format = extras.responseFormat().orElseThrow();
        ResponseFormat.Builder json = ResponseFormat.builder().type(ResponseFormatType.JSON);
        format.getJsonSchema()
                .ifPresent(
                        schema ->
                                json.jsonSchema(
                                        JsonSchema.builder()
                                                .name(format.getName())
                                                .rootElement(JsonRawSchema.from(schema))
                                                .build()));
        return json.build();
    }

    /** A seed that fits an {@code int}; the same one for the same seed. */
    static @Nullable Integer seed(Prompt prompt) {
        return prompt.seed().isPresent()
                ? (Integer) (int) (prompt.seed().getAsLong() & Integer.MAX_VALUE)
                : null;
    }
}
