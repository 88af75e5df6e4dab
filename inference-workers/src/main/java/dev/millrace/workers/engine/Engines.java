package dev.millrace.workers.engine;

import dev.millrace.catalog.EngineSpec;
import dev.millrace.catalog.SecretRef;
import dev.millrace.kit.SecretSource;
import dev.millrace.kit.SecretSource.MissingSecretException;
import dev.millrace.workers.chat.ChatEngine;
import dev.millrace.workers.llama.EngineSettings;
import dev.millrace.workers.llama.EngineStartException;
import dev.millrace.workers.llama.LlamaEngineClient;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;

/** The engines that the catalog can name. */
public final class Engines implements EngineStarter {
    private final Path modelsDirectory;
    private final Duration streamIdle;
    private final SecretSource secrets;
    private final Clock clock;

    /**
     * @param modelsDirectory where relative model files are found
     * @param streamIdle how long a provider's stream that has begun may say nothing
     */
    public Engines(Path modelsDirectory, Duration streamIdle, SecretSource secrets, Clock clock) {
        this.modelsDirectory = modelsDirectory;
        this.streamIdle = streamIdle;
        this.secrets = secrets;
        this.clock = clock;
    }

    @Override
    public Engine start(EngineSpec spec) throws EngineUnavailableException, InterruptedException {
        return switch (spec) {
            case EngineSpec.Echo echo -> new EchoEngine(echo.delay(), System::nanoTime);
            case EngineSpec.Chat chat -> chat(chat);
            case EngineSpec.Llama llama -> llama(llama);
        };
    }

    private Engine chat(EngineSpec.Chat spec) throws EngineUnavailableException {
        try {
            key(spec.apiKey());
            return new ChatEngine(
                    new URI(spec.baseUrl()),
                    spec.model(),
                    spec.connectTimeout(),
                    streamIdle,
                    () -> key(spec.apiKey()),
                    clock);
        } catch (MissingSecretException e) {
            throw new EngineUnavailableException(String.valueOf(e.getMessage()), e);
        } catch (URISyntaxException e) {
            throw new EngineUnavailableException("base_url " + spec.baseUrl() + " is not a URL", e);
        }
    }

    private Optional<String> key(Optional<SecretRef> reference) throws MissingSecretException {
        return reference.isPresent()
                ? Optional.of(secrets.resolve(reference.get()))
                : Optional.empty();
    }

    private Engine llama(EngineSpec.Llama spec)
            throws EngineUnavailableException, InterruptedException {
        LlamaEngineClient client =
                new LlamaEngineClient(
                        EngineSettings.of(modelsDirectory.resolve(spec.file()))
                                .withContextTokens(spec.contextTokens()));
        try {
            client.start();
            return new LlamaEngine(client);
        } catch (EngineStartException e) {
            client.close();
            throw new EngineUnavailableException(String.valueOf(e.getMessage()), e);
        } catch (InterruptedException e) {
            client.close();
            throw e;
        }
    }
}
