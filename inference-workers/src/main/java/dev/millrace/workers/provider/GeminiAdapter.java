package dev.millrace.workers.provider;

import dev.langchain4j.http.client.HttpClientBuilder;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.googleai.GoogleAiGeminiStreamingChatModel;
import dev.millrace.workers.engine.Prompt;
import java.net.URI;

/** Google's Gemini. A plain answer is a stream that nobody listens to. */
final class GeminiAdapter implements Adapter {
    private final URI baseUrl;
    private final String model;
    private final HttpClientBuilder http;
    private final Embeddings embeddings;

    GeminiAdapter(URI baseUrl, String model, HttpClientBuilder http) {
        this.baseUrl = baseUrl;
        this.model = model;
        this.http = http;
        this.embeddings = Embeddings.gemini(baseUrl, model, http);
    }

    @Override
    public void chat(Prompt prompt, Answer answer) {
        // made for each call: the library takes a seed here and nowhere else
        GoogleAiGeminiStreamingChatModel.builder()
                .httpClientBuilder(http)
                .baseUrl(baseUrl.toString())
                .apiKey(Adapters.KEY_OF_THE_CALL)
                .modelName(model)
                .seed(Requests.seed(prompt))
                // what is not refused here is taken for part of the answer
                .returnThinking(false)
                .build()
                .chat(
                        ChatRequest.builder()
                                .messages(Requests.messages(prompt, Requests.Images.BYTES))
                                .parameters(Requests.parameters(prompt, model, Schemas::inWords))
                                .build(),
                        answer);
    }

    @Override
    public Vectors embed(Prompt prompt) {
        return embeddings.of(prompt);
    }
}
