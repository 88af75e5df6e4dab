package dev.millrace.workers.provider;

import dev.langchain4j.http.client.HttpClientBuilder;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.mistralai.MistralAiStreamingChatModel;
import dev.millrace.workers.engine.Prompt;
import java.net.URI;

/** Mistral. A plain answer is a stream that nobody listens to. */
final class MistralAdapter implements Adapter {
    private final URI baseUrl;
    private final String model;
    private final HttpClientBuilder http;
    private final Embeddings embeddings;

    MistralAdapter(URI baseUrl, String model, HttpClientBuilder http) {
        this.baseUrl = baseUrl;
        this.model = model;
        this.http = http;
        this.embeddings = Embeddings.openAi(baseUrl, model, "output_dimension", http);
    }

    @Override
    public void chat(Prompt prompt, Answer answer) {
        // made for each call: the library takes a seed here and nowhere else
        MistralAiStreamingChatModel.builder()
                .httpClientBuilder(http)
                .baseUrl(baseUrl.toString())
                .apiKey(Adapters.KEY_OF_THE_CALL)
                .modelName(model)
                .randomSeed(Requests.seed(prompt))
                .build()
                .chat(
                        ChatRequest.builder()
                                .messages(Requests.messages(prompt, Requests.Images.ADDRESSES))
                                .parameters(Requests.parameters(prompt, model, Schemas::asWritten))
                                .build(),
                        answer);
    }

    @Override
    public Vectors embed(Prompt prompt) {
        return embeddings.of(prompt);
    }
}
