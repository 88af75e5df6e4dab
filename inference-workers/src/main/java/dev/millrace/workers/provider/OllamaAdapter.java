package dev.millrace.workers.provider;

import dev.langchain4j.http.client.HttpClientBuilder;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.ollama.OllamaStreamingChatModel;
import dev.millrace.workers.engine.Extras;
import dev.millrace.workers.engine.Prompt;
import java.net.URI;
import java.util.List;
import java.util.Optional;

/** Ollama's own API. A plain answer is a stream that nobody listens to. */
final class OllamaAdapter implements Adapter {
    private final URI baseUrl;
    private final String model;
    private final HttpClientBuilder http;
    private final Embeddings embeddings;

    OllamaAdapter(URI baseUrl, String model, HttpClientBuilder http) {
        this.baseUrl = baseUrl;
        this.model = model;
        this.http = http;
        this.embeddings = Embeddings.ollama(baseUrl, model, http);
    }

    @Override
    public void chat(Prompt prompt, Answer answer) {
        Prompt asked = withoutToolsThatMustNotBeCalled(prompt);
        // made for each call: the library takes a seed here
        OllamaStreamingChatModel.builder()
                .httpClientBuilder(http)
                .baseUrl(baseUrl.toString())
                .modelName(model)
                .seed(Requests.seed(asked))
                .build()
                .chat(
                        ChatRequest.builder()
                                .messages(Requests.messages(asked, Requests.Images.BYTES))
                                .parameters(Requests.parameters(asked, model, Schemas::asWritten))
                                .build(),
                        answer);
    }

    /** The API has no tool choice: tools may be called, or there are none. */
    private static Prompt withoutToolsThatMustNotBeCalled(Prompt prompt) {
        Extras extras = prompt.extras();
        String choice = extras.toolChoice().orElse("auto");
        if (choice.equals("auto")) {
            return prompt;
        }
        if (!choice.equals("none")) {
            throw new UnsupportedException(
                    "tool_choice", "the provider cannot be made to call a tool");
        }
        return new Prompt(
                prompt.id(),
                prompt.messages(),
                prompt.maxTokens(),
                prompt.temperature(),
                prompt.topP(),
                prompt.seed(),
                prompt.stop(),
                prompt.stream(),
                new Extras(
                        List.of(),
                        Optional.empty(),
                        extras.responseFormat(),
                        List.of(),
                        Optional.empty()));
    }

    @Override
    public Vectors embed(Prompt prompt) {
        return embeddings.of(prompt);
    }
}
