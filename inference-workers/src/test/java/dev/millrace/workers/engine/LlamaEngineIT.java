package dev.millrace.workers.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.millrace.catalog.EngineSpec;
import dev.millrace.kit.SecretSource;
import dev.millrace.stack.BoundedCommand;
import dev.millrace.v1.ResponseFormat;
import dev.millrace.workers.endpoint.EndpointMeters;
import dev.millrace.workers.engine.EngineStarter.EngineUnavailableException;
import dev.millrace.workers.llama.EngineGroup;
import dev.millrace.workers.llama.EngineInfo;
import dev.millrace.workers.llama.EngineSettings;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
        EngineGroup group = group(1);
        for (EngineInfo info : group.running()) {
            BoundedCommand.signal("STOP", info.pid());
        }
        return new LlamaEngine(group);
    }

    private static EngineGroup group(int processes) throws Exception {
        return EngineGroup.start(EngineSettings.of(MODELS.resolve("guide-llama.gguf")), processes);
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
    void anAnswerIsHeldToTheSchemaThatTheJobGives() throws Exception {
        // Given
        String schema =
                """
                {"type": "object", "properties": {"known": {"type": "boolean"}}, "required": ["known"]}
                """;
        try (Engine engine = new LlamaEngine(group(1))) {
            // When
            EngineResult result =
                    engine.run(asking("json_schema", schema), piece -> {}, new StopSignal());

            // Then
            assertThat(result)
                    .isInstanceOfSatisfying(
                            EngineResult.Completed.class,
                            done ->
                                    assertThat(done.text().replaceAll("\\s", ""))
                                            .isIn("{\"known\":true}", "{\"known\":false}"));
        }
    }

    @Test
    void aSchemaThatCannotBeHeldToIsRefusedWithItsPlace() throws Exception {
        try (Engine engine = new LlamaEngine(group(1))) {
            // When
            EngineResult result =
                    engine.run(
                            asking("json_schema", "{\"type\":\"string\",\"pattern\":\"a\"}"),
                            piece -> {},
                            new StopSignal());

            // Then
            assertThat(result)
                    .isInstanceOfSatisfying(
                            EngineResult.Failed.class,
                            failed -> {
                                assertThat(failed.field()).contains("response_format");
                                assertThat(failed.detail()).contains("$.pattern");
                            });
        }
    }

    private Prompt asking(String format, String schema) {
        Prompt plain = prompt(false);
        Extras extras =
                new Extras(
                        List.of(),
                        Optional.empty(),
                        Optional.of(new ResponseFormat(format, "answer", schema)),
                        List.of(),
                        Optional.empty());
        return new Prompt(
                plain.id(),
                plain.messages(),
                plain.maxTokens(),
                plain.temperature(),
                plain.topP(),
                plain.seed(),
                plain.stop(),
                plain.stream(),
                extras);
    }

    @Test
    void aProcessThatDiesWhileNobodyUsesItIsReplacedUnnoticed() throws Exception {
        // Given
        EngineGroup group = group(1);
        try (Engine engine = new LlamaEngine(group)) {
            long pid = group.running().getFirst().pid();

            // When
            ProcessHandle.of(pid).orElseThrow().destroyForcibly();

            // Then
            assertThat(engine.isAlive()).isTrue();
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> group.running().stream().anyMatch(info -> info.pid() != pid));
        }
    }

    @Test
    void anEngineThatCannotBeStartedAgainIsNotAliveAndTakesNoAttempt(@TempDir Path folder)
            throws Exception {
        // Given
        Path file = folder.resolve("model.gguf");
        Files.copy(MODELS.resolve("guide-llama.gguf"), file);
        EngineGroup group = EngineGroup.start(EngineSettings.of(file), 1);
        try (Engine engine = new LlamaEngine(group)) {
            long pid = group.running().getFirst().pid();
            Files.delete(file);

            // When
            ProcessHandle.of(pid).orElseThrow().destroyForcibly();

            // Then
            await().atMost(Duration.ofSeconds(20)).until(() -> !engine.isAlive());
            assertThat(engine.run(prompt(false), piece -> {}, new StopSignal()))
                    .isInstanceOf(EngineResult.Unavailable.class);
        }
    }
}
