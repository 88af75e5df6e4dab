package dev.millrace.workers.provider;

import dev.langchain4j.http.client.HttpClientBuilder;
import dev.langchain4j.model.anthropic.AnthropicStreamingChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.millrace.workers.engine.Prompt;
import java.net.URI;

/** Anthropic's messages. A plain answer is a stream that nobody listens to. */
final class AnthropicAdapter implements Adapter {
    private final String model;
    private final AnthropicStreamingChatModel streaming;

    AnthropicAdapter(URI baseUrl, String model, HttpClientBuilder http) {
        this.model = model;
        this.streaming =
                AnthropicStreamingChatModel.builder()
                        .httpClientBuilder(http)
                        .baseUrl(baseUrl.toString())
                        .apiKey(Adapters.KEY_OF_THE_CALL)
                        .modelName(model)
                        .build();
    }

    @Override
    public void chat(Prompt prompt, Answer answer) {
        if (prompt.extras().wantsJson()
                && prompt.extras().responseFormat().orElseThrow().getJsonSchema().isEmpty()) {
            throw new UnsupportedException(
                    "response_format", "the provider gives JSON by a schema only");
        }
        streaming.chat(
                ChatRequest.builder()
                        .messages(Requests.messages(prompt, Requests.Images.BOTH))
                        .parameters(Requests.parameters(prompt, model, Schemas::asWritten))
                        .build(),
                answer);
    }
}
