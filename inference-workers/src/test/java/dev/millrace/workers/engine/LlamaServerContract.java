package dev.millrace.workers.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.catalog.CatalogFile;
import dev.millrace.catalog.CatalogReading;
import dev.millrace.catalog.Lane;
import dev.millrace.job.Messages;
import dev.millrace.kit.SecretSource;
import dev.millrace.trainer.Guide;
import dev.millrace.trainer.GuideEntry;
import dev.millrace.v1.ResponseFormat;
import dev.millrace.workers.endpoint.EndpointMeters;
import dev.millrace.workers.engine.EngineResult.Completed;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * What a lane with {@code provider: llama-server} does with a real one, which serves a guide. Each
 * class says for itself that it needs one: subclasses do not inherit conditions.
 */
abstract class LlamaServerContract extends EngineContract {

    private static final Path MODELS = Path.of("models");
    private static final String SCHEMA =
            """
            {"type": "object", "additionalProperties": false, "required": ["answer", "sure"],
             "properties": {"answer": {"type": "string", "maxLength": 20}, "sure": {"type": "boolean"}}}
            """;

    private final List<RealLlamaServer> servers = new ArrayList<>();

    /** The name of a shipped model. */
    abstract String model();

    @Override
    Engine engine() throws Exception {
        return engine(server());
    }

    @Override
    Engine slowEngine() throws Exception {
        return engine(server().frozen());
    }

    @Override
    String question() {
        return "What is Millrace?";
    }

    @AfterEach
    void stopServers() {
        servers.forEach(RealLlamaServer::close);
    }

    @Test
    void theGuideIsAnsweredAsTheBundledEngineAnswersItAndCountedByTheServer() throws Exception {
        // Given
        List<GuideEntry> entries = Guide.load().entries().subList(0, 8);
        try (Engine engine = engine()) {
            int exact = 0;
            for (GuideEntry entry : entries) {
                for (boolean stream : new boolean[] {false, true}) {
                    // When
                    Prompt prompt = asking(entry.question(), stream, maxTokens(), Extras.NONE);
                    Completed done = completed(engine.run(prompt, piece -> {}, new StopSignal()));

                    // Then
                    exact += done.text().strip().equals(entry.answer()) ? 1 : 0;
                    assertThat(done.finishReason()).isEqualTo("stop");
                    assertThat(done.spent().tokens().estimated()).isFalse();
                    assertThat(done.spent().tokens().input()).isPositive();
                    assertThat(done.spent().tokens().output()).isBetween(1L, 200L);
                }
            }
            assertThat(exact).isGreaterThanOrEqualTo(2 * entries.size() - 2);
        }
    }

    @Test
    void anAnswerThatIsCutSaysSo() throws Exception {
        try (Engine engine = engine()) {
            for (boolean stream : new boolean[] {false, true}) {
                // When
                Prompt prompt = asking(question(), stream, 3, Extras.NONE);
                Completed done = completed(engine.run(prompt, piece -> {}, new StopSignal()));

                // Then
                assertThat(done.finishReason()).isEqualTo("length");
                assertThat(done.spent().tokens().output()).isEqualTo(3);
            }
        }
    }

    @Test
    void anAnswerFollowsTheSchemaOfTheJob() throws Exception {
        // Given
        Extras extras =
                new Extras(
                        List.of(),
                        Optional.empty(),
                        Optional.of(new ResponseFormat("json_schema", "answer", SCHEMA)),
                        List.of(),
                        Optional.empty());
        try (Engine engine = engine()) {
            // When
            Prompt prompt = asking(question(), false, 400, extras);
            Completed done = completed(engine.run(prompt, piece -> {}, new StopSignal()));

            // Then
            JsonNode json = new ObjectMapper().readTree(done.text());
            assertThat(json.path("answer").isTextual()).isTrue();
            assertThat(json.path("sure").isBoolean()).isTrue();
        }
    }

    private static Completed completed(EngineResult result) {
        assertThat(result).isInstanceOf(Completed.class);
        return (Completed) result;
    }

    private static Prompt asking(String question, boolean stream, int maxTokens, Extras extras) {
        return new Prompt(
                "job/1",
                List.of(Messages.user(question)),
                maxTokens,
                Optional.of(0.0),
                Optional.empty(),
                OptionalLong.empty(),
                List.of(),
                stream,
                extras);
    }

    private RealLlamaServer server() throws Exception {
        RealLlamaServer server = RealLlamaServer.start(MODELS.resolve(model() + ".gguf"));
        servers.add(server);
        return server;
    }

    private Engine engine(RealLlamaServer server) throws Exception {
        return new Engines(
                        MODELS,
                        Duration.ofSeconds(10),
                        new SecretSource(Map.of()),
                        new EndpointMeters(new SimpleMeterRegistry(), model()),
                        Clock.systemUTC())
                .start(laneOf(server).engine());
    }

    /** By catalog lines, as a user adds one. */
    private Lane laneOf(RealLlamaServer server) {
        CatalogReading reading =
                CatalogFile.read(
                        "catalog.yaml",
                        """
                        lanes:
                          - name: real
                            provider: llama-server
                            model: %s
                            base_url: "%s"
                        routes:
                          - {name: all, lanes: [real]}
                        prices:
                          - {lane: real, effective_from: 2026-01-01T00:00:00Z, currency: USD, input: 1, output: 1}
                        """
                                .formatted(model(), server.url()));
        assertThat(reading).isInstanceOf(CatalogReading.Valid.class);
        return ((CatalogReading.Valid) reading).catalog().lane("real").orElseThrow();
    }
}
