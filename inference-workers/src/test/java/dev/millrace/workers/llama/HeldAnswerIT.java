package dev.millrace.workers.llama;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.workers.llama.EngineReply.Completed;
import dev.millrace.workers.llama.EngineReply.FinishReason;
import dev.millrace.workers.llama.EngineReply.Refused;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Models that were never taught JSON, held to it. */
class HeldAnswerIT {

    private static final Duration LONG = Duration.ofSeconds(60);
    private static final String SCHEMA =
            """
            {"type": "object",
             "properties": {"answer": {"type": "string", "maxLength": 20},
                            "sure": {"type": "boolean"},
                            "words": {"type": "array", "items": {"type": "integer"}, "maxItems": 2}},
             "required": ["answer", "sure", "words"], "additionalProperties": false}
            """;

    @ParameterizedTest
    @ValueSource(strings = {"guide-llama", "guide-mamba"})
    void anAnswerFollowsTheSchema(String name) throws Exception {
        // Given
        Path file = Path.of("models", name + ".gguf");
        try (LlamaEngineClient engine = new LlamaEngineClient(EngineSettings.of(file))) {
            for (double temperature : new double[] {0, 1.5}) {
                // When
                EngineReply reply =
                        engine.complete(request("a-" + temperature, temperature), LONG, text -> {});

                // Then
                assertThat(reply).isInstanceOf(Completed.class);
                Completed completed = (Completed) reply;
                assertThat(completed.finishReason()).isEqualTo(FinishReason.STOP);
                JsonNode json = new ObjectMapper().readTree(completed.text());
                assertThat(json.fieldNames())
                        .toIterable()
                        .containsExactly("answer", "sure", "words");
                assertThat(json.path("answer").isTextual()).isTrue();
                assertThat(json.path("sure").isBoolean()).isTrue();
                assertThat(json.path("words").size()).isLessThanOrEqualTo(2);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"not a schema", "{\"type\":\"string\",\"pattern\":\"((((\"}"})
    void aBadSchemaIsRefusedAndHarmsNothing(String schema) throws Exception {
        // Given
        Path file = Path.of("models", "guide-llama.gguf");
        try (LlamaEngineClient engine = new LlamaEngineClient(EngineSettings.of(file))) {
            long pid = engine.start().pid();

            // When
            EngineReply reply =
                    engine.complete(
                            EngineRequest.asking("a", "What is Millrace?")
                                    .withFormat(new ResponseFormat.JsonSchema(schema)),
                            LONG,
                            text -> {});

            // Then
            assertThat(reply)
                    .isInstanceOfSatisfying(
                            Refused.class,
                            refused -> {
                                assertThat(refused.code()).isEqualTo("response_format_unsupported");
                                assertThat(refused.field()).isEqualTo("response_format");
                            });
            assertThat(engine.running().orElseThrow().pid()).isEqualTo(pid);
        }
    }

    private static EngineRequest request(String id, double temperature) {
        return new EngineRequest(
                id,
                List.of(EngineMessage.user("What is Millrace?")),
                OptionalInt.of(400),
                temperature,
                List.of(),
                7,
                new ResponseFormat.JsonSchema(SCHEMA));
    }
}
