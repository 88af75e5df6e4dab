package dev.millrace.workers.chat;

import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.openai.OpenAiChatRequestParameters;
import dev.langchain4j.model.output.FinishReason;
import dev.millrace.v1.Message;
import dev.millrace.workers.engine.Prompt;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/** Between our prompts and LangChain4j's. */
final class ChatMessages {
    private ChatMessages() {}

    /**
     * @throws IllegalArgumentException for what the library cannot express, such as a message
     *     without content
     */
    static ChatRequest request(Prompt prompt, String model, URI baseUrl) {
        OpenAiChatRequestParameters.Builder parameters =
                OpenAiChatRequestParameters.builder()
                        .temperature(prompt.temperature().orElse(null))
                        .topP(prompt.topP().orElse(null))
                        .stopSequences(prompt.stop().isEmpty() ? null : prompt.stop())
                        .modelName(model);
        // OpenAI's own newer models refuse max_tokens, and many other servers know nothing else
        if (isOpenAi(baseUrl)) {
            parameters.maxCompletionTokens(prompt.maxTokens());
        } else {
            parameters.maxOutputTokens(prompt.maxTokens());
        }
        prompt.seed().ifPresent(seed -> parameters.seed((int) (seed & Integer.MAX_VALUE)));
        return ChatRequest.builder()
                .messages(prompt.messages().stream().map(ChatMessages::message).toList())
                .parameters(parameters.build())
                .build();
    }

    static String finishReason(@Nullable FinishReason reason) {
        return switch (reason) {
            case null -> "stop";
            case STOP -> "stop";
            case LENGTH -> "length";
            case TOOL_EXECUTION -> "tool_calls";
            case CONTENT_FILTER -> "content_filter";
            case OTHER -> "other";
        };
    }

    private static boolean isOpenAi(URI baseUrl) {
        String host = baseUrl.getHost();
        return host != null
                && (host.equals("api.openai.com") || host.endsWith(".openai.azure.com"));
    }

    private static ChatMessage message(Message message) {
        return switch (message.getRole()) {
            case "system", "developer" -> SystemMessage.from(message.getContent());
            case "assistant" -> AiMessage.from(message.getContent());
            default -> UserMessage.from(message.getContent());
        };
    }
}
