package dev.millrace.workers.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.millrace.catalog.EngineSpec;
import dev.millrace.kit.SecretSource;
import dev.millrace.workers.endpoint.EndpointMeters;
import dev.millrace.workers.engine.EngineStarter.EngineUnavailableException;
import dev.millrace.workers.llama.EngineInfo;
import dev.millrace.workers.llama.EngineSettings;
import dev.millrace.workers.llama.LlamaEngineClient;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LlamaEngineIT extends EngineContract {
    private static final Path MODELS = Path.of("models");

    private final Engines engines =
            new Engines(
                    MODELS,
                    Duration.ofSeconds(10),
                    new SecretSource(Map.of()),
                    new EndpointMeters(new SimpleMeterRegistry(), "llama"),
                    Clock.systemUTC());

    @Override
    Engine engine() throws Exception {
        return engines.start(new EngineSpec.Llama("guide-llama.gguf", 512));
    }

    /** The tiny model is too quick for anybody; a frozen process is not. */
    @Override
    Engine slowEngine() throws Exception {
        LlamaEngineClient client =
                new LlamaEngineClient(EngineSettings.of(MODELS.resolve("guide-llama.gguf")));
        EngineInfo info = client.start();
        new ProcessBuilder("kill", "-STOP", Long.toString(info.pid())).start().waitFor();
        return new LlamaEngine(client);
    }

    @Override
    String question() {
        return "What is Millrace?";
    }

    @Test
    void aModelThatIsNotThereIsNamed() {
        assertThatThrownBy(() -> engines.start(new EngineSpec.Llama("nothing.gguf", 512)))
                .isInstanceOf(EngineUnavailableException.class)
                .hasMessageContaining("nothing.gguf");
    }

    @Test
    void aProcessThatDiedIsNotAlive() throws Exception {
        // Given
        LlamaEngineClient client =
                new LlamaEngineClient(EngineSettings.of(MODELS.resolve("guide-llama.gguf")));
        EngineInfo info = client.start();
        try (Engine engine = new LlamaEngine(client)) {
            assertThat(engine.isAlive()).isTrue();

            // When
            ProcessHandle.of(info.pid()).orElseThrow().destroyForcibly();

            // Then
            await().atMost(Duration.ofSeconds(5)).until(() -> !engine.isAlive());
        }
    }
}
