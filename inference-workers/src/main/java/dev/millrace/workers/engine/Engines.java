package dev.millrace.workers.engine;

import dev.millrace.catalog.EngineSpec;
import dev.millrace.kit.SecretSource;
import dev.millrace.workers.chat.ChatEngine;
import dev.millrace.workers.endpoint.EndpointMeters;
import dev.millrace.workers.endpoint.Endpoints;
import dev.millrace.workers.llama.EngineGroup;
import dev.millrace.workers.llama.EngineSettings;
import dev.millrace.workers.llama.EngineStartException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;

/** The engines that the catalog can name. */
public final class Engines implements EngineStarter {
    private final Path modelsDirectory;
    private final Duration streamIdle;
    private final SecretSource secrets;
    private final EndpointMeters meters;
    private final Clock clock;

    /**
     * @param modelsDirectory where relative model files are found
     * @param streamIdle how long a provider's stream that has begun may say nothing
     */
    public Engines(
            Path modelsDirectory,
            Duration streamIdle,
            SecretSource secrets,
            EndpointMeters meters,
            Clock clock) {
        this.modelsDirectory = modelsDirectory;
        this.streamIdle = streamIdle;
        this.secrets = secrets;
        this.meters = meters;
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

    private Engine chat(EngineSpec.Chat spec) {
        Endpoints endpoints = new Endpoints(spec, secrets, meters, clock).start();
        return new ChatEngine(spec, endpoints, streamIdle, clock);
    }

    private Engine llama(EngineSpec.Llama spec)
            throws EngineUnavailableException, InterruptedException {
        EngineSettings settings =
                EngineSettings.of(modelsDirectory.resolve(spec.file()))
                        .withContextTokens(spec.contextTokens())
                        .withMemoryLimit(spec.memoryLimitMib());
        try {
            return new LlamaEngine(EngineGroup.start(settings, spec.processes()));
        } catch (EngineStartException e) {
            throw new EngineUnavailableException(String.valueOf(e.getMessage()), e);
        }
    }
}
