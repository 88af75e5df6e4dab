package dev.millrace.workers.provider;

import dev.langchain4j.http.client.HttpClientBuilder;
import dev.millrace.catalog.EngineSpec;
import java.net.URI;
import java.util.Locale;
import java.util.Optional;

/** The adapter for a lane's servers. */
public final class Adapters {
    /** The library wants one when a model is made; each call shows the key that it was given. */
    static final String KEY_OF_THE_CALL = "of-the-call";

    private Adapters() {}

    /**
     * @param http makes the calls: it knows the keys
     */
    public static Adapter of(EngineSpec.Chat spec, URI baseUrl, HttpClientBuilder http) {
        String model = spec.model();
        URI url = withoutSlash(baseUrl);
        return switch (spec.dialect().format()) {
            case OPENAI -> new OpenAiAdapter(url, model, completionTokens(spec, url), http);
            case ANTHROPIC -> new AnthropicAdapter(url, model, http);
            case GEMINI -> new GeminiAdapter(url, model, http);
            case MISTRAL -> new MistralAdapter(url, model, http);
            case OLLAMA -> new OllamaAdapter(url, model, http);
            case BEDROCK -> new BedrockAdapter(url, model, http);
        };
    }

    private static boolean completionTokens(EngineSpec.Chat spec, URI url) {
        String host = Optional.ofNullable(url.getHost()).orElse("").toLowerCase(Locale.ROOT);
        return spec.dialect()
                .completionTokens()
                .orElse(host.equals("api.openai.com") || host.endsWith(".openai.azure.com"));
    }

    private static URI withoutSlash(URI url) {
        String text = url.toString();
        return text.endsWith("/") ? URI.create(text.substring(0, text.length() - 1)) : url;
    }
}
