package dev.millrace.catalog;

import dev.millrace.catalog.ChatServers.Dialect;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * What is known of a provider, so that a lane need not say it: where it is, what it speaks, how it
 * is shown a key, and whether it makes embeddings.
 */
enum Preset {
    OPENAI("openai", WireFormat.OPENAI, "https://api.openai.com/v1", "openai", true),
    AZURE("azure", WireFormat.OPENAI, "", "azure.ai.openai", true),
    ANTHROPIC(
            "anthropic", WireFormat.ANTHROPIC, "https://api.anthropic.com/v1", "anthropic", false),
    GEMINI(
            "gemini",
            WireFormat.GEMINI,
            "https://generativelanguage.googleapis.com/v1beta",
            "gcp.gemini",
            true),
    MISTRAL("mistral", WireFormat.MISTRAL, "https://api.mistral.ai/v1", "mistral_ai", true),
    COHERE("cohere", WireFormat.OPENAI, "https://api.cohere.ai/compatibility/v1", "cohere", true),
    BEDROCK(
            "bedrock",
            WireFormat.BEDROCK,
            "https://bedrock-runtime.%s.amazonaws.com",
            "aws.bedrock",
            false),
    OLLAMA("ollama", WireFormat.OLLAMA, "http://127.0.0.1:11434", "ollama", true),
    GROQ("groq", WireFormat.OPENAI, "https://api.groq.com/openai/v1", "groq", false),
    VLLM("vllm", WireFormat.OPENAI, "http://127.0.0.1:8000/v1", "vllm", true),
    LLAMA_SERVER("llama-server", WireFormat.OPENAI, "http://127.0.0.1:8080/v1", "llama_cpp", true),
    TENSORRT_LLM(
            "tensorrt-llm", WireFormat.OPENAI, "http://127.0.0.1:8000/v1", "tensorrt_llm", false),
    /** Anything that speaks OpenAI's format; what a lane is that names no provider. */
    OPENAI_COMPATIBLE("openai-compatible", WireFormat.OPENAI, "", "openai", true);

    private final String word;
    private final WireFormat format;
    private final String baseUrl;
    private final String telemetryName;
    private final boolean embeddings;

    Preset(
            String word,
            WireFormat format,
            String baseUrl,
            String telemetryName,
            boolean embeddings) {
        this.word = word;
        this.format = format;
        this.baseUrl = baseUrl;
        this.telemetryName = telemetryName;
        this.embeddings = embeddings;
    }

    String word() {
        return word;
    }

    WireFormat format() {
        return format;
    }

    boolean needsRegion() {
        return this == BEDROCK;
    }

    boolean hasEmbeddings() {
        return embeddings;
    }

    /** Where it is, if it is always there; empty where each user has one of their own. */
    Optional<String> baseUrl(String region) {
        return baseUrl.isEmpty() ? Optional.empty() : Optional.of(baseUrl.formatted(region));
    }

    /** As nothing else is said about it. */
    Dialect dialect() {
        return new Dialect(
                word, format, telemetryName, keyHeader(), Optional.empty(), Optional.empty());
    }

    private String keyHeader() {
        return switch (this) {
            case AZURE -> "api-key";
            case ANTHROPIC -> "x-api-key";
            case GEMINI -> "x-goog-api-key";
            default -> "Authorization";
        };
    }

    static Optional<Preset> named(String word) {
        return Arrays.stream(values()).filter(preset -> preset.word.equals(word)).findFirst();
    }

    static List<String> words() {
        return Arrays.stream(values()).map(Preset::word).toList();
    }
}
