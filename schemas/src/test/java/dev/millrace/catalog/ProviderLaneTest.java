package dev.millrace.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Lanes that name a provider and leave the rest to what is known of it. */
class ProviderLaneTest {
    private static final String REST =
            """
            routes: [{name: all, lanes: [lane]}]
            prices: [{lane: lane, effective_from: 2026-01-01T00:00:00Z, currency: USD, input: 1, output: 2}]
            """;

    @Test
    void aLaneIsItsNameProviderModelAndKey() {
        // When
        EngineSpec.Chat engine =
                chat(
                        """
                        lanes:
                          - name: lane
                            provider: anthropic
                            model: some-model
                            api_key_ref: env:ANTHROPIC_API_KEY
                        """);

        // Then
        assertThat(engine)
                .isEqualTo(
                        new EngineSpec.Chat(
                                List.of(new ChatServers.Endpoint("https://api.anthropic.com/v1")),
                                ChatServers.Balance.ROUND_ROBIN,
                                Optional.empty(),
                                ChatServers.Breaker.standard(1),
                                "some-model",
                                new ChatServers.Keys(
                                        List.of(new SecretRef("env:ANTHROPIC_API_KEY")),
                                        Optional.empty()),
                                Duration.ofSeconds(5),
                                ChatServers.Dialect.of("anthropic")));
        assertThat(engine.dialect().format()).isEqualTo(WireFormat.ANTHROPIC);
        assertThat(engine.dialect().keyHeader()).isEqualTo("x-api-key");
    }

    static List<Preset> presets() {
        return List.of(Preset.values());
    }

    @ParameterizedTest
    @MethodSource("presets")
    void whatIsWrittenIsReadBack(Preset preset) {
        // Given
        String region = preset.needsRegion() ? ", region: eu-central-1" : "";
        String lane =
                "lanes: [{name: lane, provider: %s, base_url: 'https://example.com/x', key_limits: {calls_per_minute: 5, tokens_per_day: 9}%s}]\n"
                        .formatted(preset.word(), region);
        Lane read = lane(lane);

        // When
        Entry entry = CatalogEntries.of(read);
        CatalogEntries.Reading back =
                CatalogEntries.read("topic", "lane", "lane", entry.canonicalJson());

        // Then
        assertThat(back).isEqualTo(new CatalogEntries.Reading.Good(read));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    provider: antropic                                      | lanes[0].provider   | did you mean anthropic?
                    provider: azure                                         | lanes[0].base_url   | is missing
                    provider: bedrock                                       | lanes[0].region     | is missing
                    provider: bedrock, region: here                         | lanes[0].region     | must be a region of AWS
                    provider: openai, engine: {type: echo}                  | lanes[0].provider   | stands beside engine
                    provider: anthropic, max_tokens_field: max_tokens       | lanes[0].max_tokens_field | only servers that speak OpenAI's format
                    provider: openai, max_tokens_field: tokens              | lanes[0].max_tokens_field | must be one of max_tokens, max_completion_tokens
                    provider: openai, key_header: 'my key'                  | lanes[0].key_header | must be the name of a header
                    provider: openai, key_limits: {calls_per_minute: 0}     | lanes[0].key_limits.calls_per_minute | must be from 1
                    provider: openai, key_limits: {calls: 5}                | lanes[0].key_limits.calls | unknown field
                    provider: anthropic, kind: embedding                    | lanes[0].kind       | anthropic has no embeddings
                    engine: {type: echo}, kind: embedding                   | lanes[0].kind       | only a chat engine's servers
                    provider: openai, kind: embeding                        | lanes[0].kind       | did you mean embedding?
                    """)
    void whatIsWrongIsNamed(String fields, String path, String message) {
        // When
        CatalogReading reading =
                CatalogFile.read(
                        "catalog.yaml", "lanes: [{name: lane, %s}]\n".formatted(fields) + REST);

        // Then
        assertThat(reading)
                .isInstanceOfSatisfying(
                        CatalogReading.Invalid.class,
                        invalid ->
                                assertThat(invalid.problems())
                                        .anySatisfy(
                                                problem -> {
                                                    assertThat(problem.path()).isEqualTo(path);
                                                    assertThat(problem.message()).contains(message);
                                                }));
    }

    @Test
    void anEmbeddingLaneSaysSo() {
        assertThat(lane("lanes: [{name: lane, provider: ollama, kind: embedding}]\n").serves())
                .isEqualTo(JobKind.EMBEDDING);
    }

    private static EngineSpec.Chat chat(String lanes) {
        return (EngineSpec.Chat) lane(lanes).engine();
    }

    private static Lane lane(String lanes) {
        CatalogReading reading = CatalogFile.read("catalog.yaml", lanes + REST);
        assertThat(reading).isInstanceOf(CatalogReading.Valid.class);
        return Objects.requireNonNull(
                ((CatalogReading.Valid) reading).catalog().lanes().get("lane"));
    }
}
