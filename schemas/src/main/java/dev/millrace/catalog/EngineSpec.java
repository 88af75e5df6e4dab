package dev.millrace.catalog;

import java.time.Duration;
import java.util.Optional;

/** What runs a lane's model. */
public sealed interface EngineSpec {

    /** The name of the engine's type in the catalog file. */
    String type();

    /**
     * A GGUF model in the bundled llama.cpp process.
     *
     * @param file path of the model, absolute or relative to the models folder
     * @param contextTokens prompt and answer together
     */
    record Llama(String file, int contextTokens) implements EngineSpec {
        @Override
        public String type() {
            return "llama";
        }
    }

    /**
     * A chat completions server: a cloud API or anything that speaks its wire format.
     *
     * @param baseUrl up to and with {@code /v1}
     * @param model the provider's name of the model
     */
    record Chat(String baseUrl, String model, Optional<SecretRef> apiKey, Duration connectTimeout)
            implements EngineSpec {
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
