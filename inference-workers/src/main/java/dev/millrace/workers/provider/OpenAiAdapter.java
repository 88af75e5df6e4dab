package dev.millrace.workers.provider;

import dev.langchain4j.http.client.HttpClientBuilder;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.openai.OpenAiChatModel;
import dev.langchain4j.model.openai.OpenAiChatRequestParameters;
import dev.langchain4j.model.openai.OpenAiStreamingChatModel;
import dev.millrace.workers.engine.Prompt;
import java.net.URI;

/** Chat completions: OpenAI, and the many servers that speak its format. */
final class OpenAiAdapter implements Adapter {
    private final String model;
    private final boolean completionTokens;
    private final OpenAiChatModel whole;
    private final OpenAiChatModel wholeStrict;
    private final OpenAiStreamingChatModel streaming;
    private final OpenAiStreamingChatModel streamingStrict;
    private final Embeddings embeddings;

    /**
     * @param completionTokens whether it says {@code max_completion_tokens} instead of {@code
     *     max_tokens}
     */
    OpenAiAdapter(URI baseUrl, String model, boolean completionTokens, HttpClientBuilder http) {
        this.model = model;
        this.completionTokens = completionTokens;
        this.whole = whole(baseUrl, http, false);
        this.wholeStrict = whole(baseUrl, http, true);
        this.streaming = streaming(baseUrl, http, false);
        this.streamingStrict = streaming(baseUrl, http, true);
        this.embeddings = Embeddings.openAi(baseUrl, model, "dimensions", http);
    }

    private OpenAiChatModel whole(URI baseUrl, HttpClientBuilder http, boolean strict) {
        return OpenAiChatModel.builder()
                .httpClientBuilder(http)
                .baseUrl(baseUrl.toString())
                .modelName(model)
                .maxRetries(0)
                .strictJsonSchema(strict)
                .build();
    }

    private OpenAiStreamingChatModel streaming(
            URI baseUrl, HttpClientBuilder http, boolean strict) {
        return OpenAiStreamingChatModel.builder()
                .httpClientBuilder(http)
                .baseUrl(baseUrl.toString())
                .modelName(model)
                .strictJsonSchema(strict)
                .build();
    }

    @Override
    public void chat(Prompt prompt, Answer answer) {
        OpenAiChatRequestParameters.Builder parameters = OpenAiChatRequestParameters.builder();
        Requests.common(parameters, prompt, model, Schemas::asWritten);
        // OpenAI's own newer models refuse max_tokens, and many other servers know nothing else
        if (completionTokens) {
            parameters.maxCompletionTokens(prompt.maxTokens());
        } else {
            parameters.maxOutputTokens(prompt.maxTokens());
        }
        ChatRequest request =
                ChatRequest.builder()
                        .messages(Requests.messages(prompt, Requests.Images.BOTH))
                        .parameters(parameters.seed(Requests.seed(prompt)).build())
                        .build();
        boolean strict = isStrict(prompt);
        if (prompt.stream()) {
            (strict ? streamingStrict : streaming).chat(request, answer);
        } else {
            answer.whole((strict ? wholeStrict : whole).chat(request));
        }
    }

    /** A strict schema has to be closed; an open one would be refused for being strict. */
    private static boolean isStrict(Prompt prompt) {
        return prompt.extras()
                .responseFormat()
                .flatMap(dev.millrace.v1.ResponseFormat::getJsonSchema)
                .filter(Schemas::isClosed)
                .isPresent();
    }

    @Override
    public Vectors embed(Prompt prompt) {
        return embeddings.of(prompt);
    }
}
