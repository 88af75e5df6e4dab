package dev.millrace.workers.provider;

import dev.millrace.catalog.ChatServers;
import dev.millrace.catalog.ChatServers.Dialect;
import dev.millrace.catalog.EngineSpec;
import dev.millrace.catalog.SecretRef;
import dev.millrace.workers.chat.ChatEngine;
import dev.millrace.workers.provider.wire.AnthropicWire;
import dev.millrace.workers.provider.wire.BedrockWire;
import dev.millrace.workers.provider.wire.GeminiWire;
import dev.millrace.workers.provider.wire.Loopback;
import dev.millrace.workers.provider.wire.MistralWire;
import dev.millrace.workers.provider.wire.OllamaWire;
import dev.millrace.workers.provider.wire.OpenAiWire;
import dev.millrace.workers.provider.wire.Wire;
import dev.millrace.workers.testing.ChatEngines;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A provider in a test: its name in the catalog, what it says on the wire, and where it wants to
 * see a key.
 */
record Served(String provider, Wire wire, String keyHeader, String keyPrefix) {
    static final String KEY = "secret-of-the-test";
    static final String MODEL = "some-model";
    private static final Duration IDLE = Duration.ofMillis(800);

    static List<Served> all() {
        return List.of(
                bearer("openai", new OpenAiWire()),
                new Served("azure", new OpenAiWire(), "api-key", ""),
                new Served("anthropic", new AnthropicWire(), "x-api-key", ""),
                new Served("gemini", new GeminiWire(), "x-goog-api-key", ""),
                bearer("mistral", new MistralWire()),
                bearer("cohere", new OpenAiWire()),
                bearer("bedrock", new BedrockWire()),
                bearer("ollama", new OllamaWire()),
                bearer("groq", new OpenAiWire()),
                bearer("vllm", new OpenAiWire()),
                bearer("llama-server", new OpenAiWire()),
                bearer("tensorrt-llm", new OpenAiWire()),
                bearer("openai-compatible", new OpenAiWire()));
    }

    private static Served bearer(String provider, Wire wire) {
        return new Served(provider, wire, "authorization", "Bearer ");
    }

    ChatEngine engine(Loopback server) {
        return engine(server, 1024 * 1024);
    }

    ChatEngine engine(Loopback server, long maxAnswerBytes) {
        return ChatEngines.of(
                spec(server.url()),
                Map.of("KEY", KEY),
                new SimpleMeterRegistry(),
                IDLE,
                maxAnswerBytes);
    }

    private EngineSpec.Chat spec(URI url) {
        Dialect dialect = Dialect.of(provider);
        return new EngineSpec.Chat(
                List.of(new ChatServers.Endpoint(url.toString())),
                ChatServers.Balance.ROUND_ROBIN,
                Optional.empty(),
                ChatServers.Breaker.standard(1),
                MODEL,
                new ChatServers.Keys(List.of(new SecretRef("env:KEY")), Optional.empty()),
                Duration.ofSeconds(2),
                provider.equals("bedrock") ? dialect.in("eu-central-1") : dialect);
    }

    @Override
    public String toString() {
        return provider;
    }
}
