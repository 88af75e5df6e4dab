package dev.millrace.catalog;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** What runs a lane's model. */
public sealed interface EngineSpec {

    /** The name of the engine's type in the catalog file. */
    String type();

    /**
     * A GGUF model in llama.cpp processes of a worker's own; each answers one job at a time.
     *
     * @param file path of the model, absolute or relative to the models folder
     * @param contextTokens prompt and answer together
     * @param processes of each worker
     * @param memoryLimitMib what the model and its work may take in each process; empty for no
     *     limit
     */
    record Llama(String file, int contextTokens, int processes, OptionalInt memoryLimitMib)
            implements EngineSpec {

        /** One process without a limit. */
        public Llama(String file, int contextTokens) {
            this(file, contextTokens, 1, OptionalInt.empty());
        }

        @Override
        public String type() {
            return "llama";
        }
    }

    /**
     * Servers of models: cloud APIs or anything that speaks their wire formats. All of them serve
     * the same model.
     *
     * @param endpoints at least one
     * @param health empty where servers are judged by their calls alone
     * @param model the provider's name of the model
     * @param dialect how all of them are spoken to
     */
    record Chat(
            List<ChatServers.Endpoint> endpoints,
            ChatServers.Balance balance,
            Optional<ChatServers.Health> health,
            ChatServers.Breaker breaker,
            String model,
            ChatServers.Keys keys,
            Duration connectTimeout,
            ChatServers.Dialect dialect)
            implements EngineSpec {
        public Chat {
            endpoints = List.copyOf(endpoints);
        }

        /** Servers that speak OpenAI's format. */
        public Chat(
                List<ChatServers.Endpoint> endpoints,
                ChatServers.Balance balance,
                Optional<ChatServers.Health> health,
                ChatServers.Breaker breaker,
                String model,
                ChatServers.Keys keys,
                Duration connectTimeout) {
            this(
                    endpoints,
                    balance,
                    health,
                    breaker,
                    model,
                    keys,
                    connectTimeout,
                    ChatServers.Dialect.OPENAI_COMPATIBLE);
        }

        /** One server, one key, and the rest as it is when nothing is said. */
        public Chat(
                String baseUrl, String model, Optional<SecretRef> apiKey, Duration connectTimeout) {
            this(
                    List.of(new ChatServers.Endpoint(baseUrl)),
                    ChatServers.Balance.ROUND_ROBIN,
                    Optional.empty(),
                    ChatServers.Breaker.standard(1),
                    model,
                    new ChatServers.Keys(apiKey.stream().toList(), Optional.empty()),
                    connectTimeout);
        }

        @Override
        public String type() {
            return "chat";
        }
    }

    /** Answers with the last message after {@code delay}: for measuring the pipeline. */
    record Echo(Duration delay) implements EngineSpec {
        @Override
        public String type() {
            return "echo";
        }
    }
}
