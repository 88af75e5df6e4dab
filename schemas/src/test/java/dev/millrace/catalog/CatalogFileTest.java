package dev.millrace.catalog;

import static dev.millrace.catalog.CatalogResources.problems;
import static dev.millrace.catalog.CatalogResources.valid;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CatalogFileTest {
    private static final String FULL = CatalogResources.text("full.yaml");
    private static final String SMALL =
            """
            lanes:
              - name: echo
                engine: {type: echo}
            routes:
              - name: everything
                lanes: [echo]
            prices:
              - lane: echo
                effective_from: 2026-01-01T00:00:00Z
                currency: USD
                input: 150000
                output: 600000
            """;

    @Test
    void everyFieldIsRead() {
        // When
        Catalog catalog = valid(FULL).catalog();

        // Then
        assertThat(catalog.tenants().get("acme"))
                .isEqualTo(
                        new Tenant(
                                "acme",
                                List.of(
                                        new Tenant.ApiKey(
                                                "afacab3575137afa4e00d9cbcafcb14c9ae25f779d964eb0ea5b2c4eb5dfd163",
                                                "demo"),
                                        new Tenant.ApiKey(
                                                "3872520c2f441d5719b4e1ca8a40b10e9b84bca2d286f25e4da554f9e77d02c5",
                                                "")),
                                List.of("acme-main", "acme-batch"),
                                Optional.of(new SecretRef("env:ACME_WEBHOOK_SECRET")),
                                new Tenant.Limits(65536, 1024, 10_000, Duration.ofHours(24))));
        assertThat(catalog.lane("guide"))
                .contains(
                        new Lane(
                                "guide-llama",
                                "guide-llama",
                                List.of("guide", "Meta/Llama-3.1:8b"),
                                new EngineSpec.Llama("guide-llama.gguf", 256),
                                4,
                                4,
                                2,
                                256,
                                Duration.ofSeconds(90),
                                5,
                                false));
        assertThat(catalog.lane("cloud").orElseThrow().engine())
                .isEqualTo(
                        new EngineSpec.Chat(
                                "https://api.example.com/v1",
                                "gpt-x",
                                Optional.of(new SecretRef("env:OPENAI_API_KEY")),
                                Duration.ofMillis(1500)));
        assertThat(catalog.lane("fleet").orElseThrow().engine())
                .isEqualTo(
                        new EngineSpec.Chat(
                                List.of(
                                        new ChatServers.Endpoint(
                                                "https://one.example.com/v1", 3, List.of()),
                                        new ChatServers.Endpoint(
                                                "https://two.example.com/v1",
                                                1,
                                                secrets("file:/run/secrets/two")),
                                        new ChatServers.Endpoint(
                                                "https://three.example.com/v1",
                                                1,
                                                secrets("env:THREE_A", "env:THREE_B"))),
                                ChatServers.Balance.LEAST_LOADED,
                                Optional.of(
                                        new ChatServers.Health(
                                                "/health",
                                                Duration.ofSeconds(5),
                                                Duration.ofMillis(500))),
                                new ChatServers.Breaker(60, 50, Duration.ofSeconds(10)),
                                "fleet",
                                new ChatServers.Keys(
                                        secrets("env:FLEET_A", "file:/run/secrets/fleet-b"),
                                        Optional.of(Duration.ofHours(12))),
                                Duration.ofSeconds(5)));
        assertThat(catalog.routes().getFirst())
                .isEqualTo(
                        new Route(
                                "hard-code",
                                0,
                                Set.of("code", "math"),
                                Set.of("moderate", "hard"),
                                Set.of("acme"),
                                List.of("cloud", "guide-llama")));
        assertThat(catalog.priceAt("guide-llama", Instant.parse("2026-06-01T00:00:00Z")))
                .contains(
                        new Price(
                                "guide-llama",
                                Instant.parse("2026-01-01T00:00:00Z"),
                                "USD",
                                150_000,
                                75_000,
                                600_000,
                                500_000,
                                10));
    }

    @Test
    void whatIsLeftOutHasItsDocumentedDefault() {
        // When
        Catalog catalog = valid(SMALL + "tenants:\n  - name: acme\n").catalog();

        // Then
        assertThat(catalog.lanes().get("echo"))
                .isEqualTo(
                        new Lane(
                                "echo",
                                "echo",
                                List.of(),
                                new EngineSpec.Echo(Duration.ZERO),
                                12,
                                4,
                                1,
                                4096,
                                Duration.ofSeconds(60),
                                3,
                                false));
        assertThat(catalog.tenants().get("acme"))
                .isEqualTo(
                        new Tenant(
                                "acme",
                                List.of(),
                                List.of(),
                                Optional.empty(),
                                Tenant.Limits.DEFAULT));
        assertThat(catalog.prices())
                .containsExactly(
                        new Price(
                                "echo",
                                Instant.parse("2026-01-01T00:00:00Z"),
                                "USD",
                                150_000,
                                150_000,
                                600_000,
                                600_000,
                                0));
    }

    @Test
    void aLlamaLaneAsksForNoMoreTokensThanItsContextHoldsUnlessToldOtherwise() {
        // When
        Catalog catalog =
                valid(
                                SMALL.replace(
                                        "{type: echo}",
                                        "{type: llama, file: x.gguf, context_tokens: 256}"))
                        .catalog();

        // Then
        assertThat(catalog.lane("echo").orElseThrow().maxTokens()).isEqualTo(256);
    }

    @Test
    void aLlamaLaneHasASlotForEachProcess() {
        // When
        Lane lane = llamaLane("processes: 3, memory_limit: 2GiB").orElseThrow();

        // Then
        assertThat(lane.slots()).isEqualTo(3);
        assertThat(lane.engine())
                .isEqualTo(new EngineSpec.Llama("x.gguf", 4096, 3, OptionalInt.of(2048)));
    }

    private static Optional<Lane> llamaLane(String more) {
        return valid(SMALL.replace("{type: echo}", "{type: llama, file: x.gguf, " + more + "}"))
                .catalog()
                .lane("echo");
    }

    @Test
    void aHashMayBeWrittenInCapitals() {
        // Given
        String hash = "AFACAB3575137AFA4E00D9CBCAFCB14C9AE25F779D964EB0EA5B2C4EB5DFD163";

        // When
        Catalog catalog =
                valid(SMALL + "tenants:\n  - name: acme\n    api_keys: [{sha256: " + hash + "}]\n")
                        .catalog();

        // Then
        assertThat(catalog.tenantByKeyHash(hash.toLowerCase(Locale.ROOT)))
                .map(Tenant::name)
                .contains("acme");
    }

    @Test
    void theExampleOfTheGuideIsACatalog() throws IOException {
        // Given
        String guide = Files.readString(Path.of("../docs/catalog.md"));
        int start = guide.indexOf("```yaml\n") + "```yaml\n".length();

        // When
        Catalog catalog = valid(guide.substring(start, guide.indexOf("```", start))).catalog();

        // Then
        assertThat(catalog.lanes()).containsOnlyKeys("cloud", "guide-llama");
    }

    @Test
    void anAnchorMayBeSharedByLanes() {
        // When
        Catalog catalog =
                valid(
                                """
                                lanes:
                                  - {name: a, engine: &fast {type: echo, delay: 1ms}}
                                  - {name: b, engine: *fast}
                                routes: [{name: everything, lanes: [a, b]}]
                                prices:
                                  - {lane: a, effective_from: 2026-01-01T00:00:00Z, currency: USD, input: 1, output: 1}
                                  - {lane: b, effective_from: 2026-01-01T00:00:00Z, currency: USD, input: 1, output: 1}
                                """)
                        .catalog();

        // Then
        assertThat(catalog.lane("b").orElseThrow().engine())
                .isEqualTo(new EngineSpec.Echo(Duration.ofMillis(1)));
    }

    @Test
    void aValidReadingKnowsWhereEverythingStands() {
        // When
        CatalogReading.Valid reading = valid(SMALL);

        // Then
        assertThat(place(reading, "lane/echo").problem("engine", "x").line()).isEqualTo(3);
        assertThat(place(reading, "price/echo/2026-01-01T00:00:00Z").line()).isEqualTo(8);
        assertThat(place(reading, "prices").problem("x")).hasToString("catalog.yaml:7: prices: x");
    }

    @Test
    void linesAreRightBehindAByteOrderMarkAndWithWindowsLineEnds() {
        // When
        String text = "\uFEFF" + SMALL.replace("\n", "\r\n").replace("input:", "imput:");
        List<String> problems = problems(CatalogFile.read("c.yaml", text));

        // Then
        assertThat(problems)
                .containsExactly(
                        "c.yaml:8: prices[0].input: is missing",
                        "c.yaml:11: prices[0].imput: unknown field; did you mean input?");
    }

    @Test
    void aFileThatIsNotThereIsAProblem() {
        assertThat(problems(CatalogFile.read(Path.of("/nowhere/catalog.yaml"))))
                .containsExactly("/nowhere/catalog.yaml:1: (document): there is no such file");
    }

    @Test
    void aFolderIsAProblem(@TempDir Path folder) {
        assertThat(problems(CatalogFile.read(folder)))
                .singleElement()
                .asString()
                .contains("cannot be read");
    }

    @Test
    void bytesThatAreNoTextAreAProblem(@TempDir Path folder) throws IOException {
        // Given
        byte[] bytes = SMALL.replace("[echo]", "[ech\u00F6]").getBytes(StandardCharsets.ISO_8859_1);
        Path file = Files.write(folder.resolve("latin.yaml"), bytes);

        // When
        List<String> problems = problems(CatalogFile.read(file));

        // Then
        assertThat(problems).containsExactly(file + ":6: routes[0].lanes: is not UTF-8 text");
    }

    @Test
    void aCharacterThatYamlForbidsIsAProblemOfItsLine() {
        assertThat(problems(CatalogFile.read("c.yaml", SMALL.replace("USD", "U\u0001D"))))
                .containsExactly(
                        "c.yaml:10: prices[0].currency: YAML: the character U+0001 is not allowed");
    }

    @Test
    void textHoldsNoLineBreakByWhateverNameItGoes() {
        assertThat(
                        problems(
                                CatalogFile.read(
                                        "c.yaml",
                                        SMALL.replace(
                                                "engine:", "model: \"a\\u2028b\"\n    engine:"))))
                .containsExactly("c.yaml:3: lanes[0].model: must not contain control characters");
    }

    @Test
    void aFileAboveTheSizeLimitIsRefusedUnread(@TempDir Path folder) throws IOException {
        // Given
        Path file = Files.writeString(folder.resolve("big.yaml"), SMALL + "#".repeat(1024 * 1024));

        // When
        List<String> problems = problems(CatalogFile.read(file));

        // Then
        assertThat(problems)
                .containsExactly(
                        file + ":1: (document): is larger than the limit of 1048576 bytes");
    }

    @Test
    void anAliasBombIsRefused() {
        // Given
        StringBuilder bomb = new StringBuilder("a0: &a0 [x, x]\n");
        for (int i = 1; i <= 40; i++) {
            bomb.append("a%d: &a%d [*a%d, *a%d]%n".formatted(i, i, i - 1, i - 1));
        }

        // When
        List<String> problems = problems(CatalogFile.read("bomb.yaml", bomb + SMALL));

        // Then
        assertThat(problems)
                .containsExactly(
                        "bomb.yaml:1: (document): YAML: more than 50 aliases of lists and mappings");
    }

    @Test
    void deepNestingIsRefused() {
        assertThat(problems(CatalogFile.read("deep.yaml", "lanes: " + "[".repeat(5000))))
                .containsExactly("deep.yaml:1: (document): YAML: nested deeper than 20 levels");
    }

    @Test
    void anAnchorInsideItselfIsAProblemAndNoLoop() {
        assertThat(
                        problems(
                                CatalogFile.read(
                                        "loop.yaml",
                                        SMALL.replace(
                                                "engine: {type: echo}",
                                                "engine: &e {type: echo, delay: *e}"))))
                .containsExactly(
                        "loop.yaml:3: lanes[0].engine.delay: expected a duration such as 500ms, 30s, 10m or 24h, found fields");
    }

    @Test
    void aLongListOfProblemsIsCutAndSaysSo() {
        // Given
        StringBuilder yaml = new StringBuilder(SMALL);
        for (int i = 0; i < 60; i++) {
            yaml.append("field%d: 1%n".formatted(i));
        }

        // When
        List<String> problems = problems(CatalogFile.read("c.yaml", yaml.toString()));

        // Then
        assertThat(problems).hasSize(51);
        assertThat(problems.getLast()).endsWith("(document): 10 more problems are not shown");
    }

    @Property(tries = 300)
    void aDamagedFileIsReadOrRefusedButNeverThrown(
            @ForAll @IntRange(max = 2500) int at,
            @ForAll @IntRange(max = 40) int cut,
            @ForAll("pieces") String inserted) {
        // Given
        int from = Math.min(at, FULL.length());
        int to = Math.min(from + cut, FULL.length());
        String damaged = FULL.substring(0, from) + inserted + FULL.substring(to);
        long lines = damaged.lines().count();

        // When
        CatalogReading reading = CatalogFile.read("damaged.yaml", damaged);

        // Then
        if (reading instanceof CatalogReading.Invalid(List<Problem> problems)) {
            assertThat(problems)
                    .isNotEmpty()
                    .allSatisfy(
                            problem -> {
                                assertThat(problem.line()).isBetween(1, (int) lines + 1);
                                assertThat(problem.path()).isNotBlank();
                                assertThat(problem.message()).isNotBlank();
                            });
        }
    }

    @Provide
    Arbitrary<String> pieces() {
        return Arbitraries.strings()
                .withChars("\n\t -:[]{},\"'#&*!|>%@`?~=abc019\\\u0001\u00E9")
                .ofMaxLength(12);
    }

    private static Place place(CatalogReading.Valid reading, String key) {
        return Objects.requireNonNull(reading.places().get(key));
    }

    @Test
    void aChatEngineThatSaysNothingMoreHasItsDocumentedDefaults() {
        // Given
        String one = "engine: {type: chat, base_url: \"http://127.0.0.1:1/v1\"}";
        String two =
                "engine: {type: chat, endpoints: [{base_url: \"http://127.0.0.1:1/v1\"}, {base_url: \"http://127.0.0.1:2/v1\"}]}";

        // When
        EngineSpec lone = engine(one);
        EngineSpec pair = engine(two);

        // Then
        assertThat(lone)
                .isEqualTo(
                        new EngineSpec.Chat(
                                "http://127.0.0.1:1/v1",
                                "echo",
                                Optional.empty(),
                                Duration.ofSeconds(5)))
                .isEqualTo(
                        new EngineSpec.Chat(
                                List.of(new ChatServers.Endpoint("http://127.0.0.1:1/v1")),
                                ChatServers.Balance.ROUND_ROBIN,
                                Optional.empty(),
                                new ChatServers.Breaker(100, 20, Duration.ofSeconds(5)),
                                "echo",
                                ChatServers.Keys.NONE,
                                Duration.ofSeconds(5)));
        assertThat(pair)
                .isInstanceOfSatisfying(
                        EngineSpec.Chat.class,
                        chat ->
                                assertThat(chat.breaker())
                                        .isEqualTo(
                                                new ChatServers.Breaker(
                                                        50, 20, Duration.ofSeconds(5))));
    }

    @Test
    void aLoneServerIsWrittenAsItWasBeforeThereCouldBeSeveral() {
        // Given
        String engine =
                "engine: {type: chat, endpoints: [{base_url: \"http://127.0.0.1:1/v1\"}], api_key_refs: [env:K]}";

        // When
        Lane lane =
                valid(SMALL.replace("engine: {type: echo}", engine)).catalog().lanes().get("echo");

        // Then
        assertThat(LaneShape.write(Objects.requireNonNull(lane)).get("engine"))
                .isEqualTo(
                        Map.of(
                                "type", "chat",
                                "base_url", "http://127.0.0.1:1/v1",
                                "model", "echo",
                                "api_key_ref", "env:K",
                                "connect_timeout", "5s"));
    }

    private static EngineSpec engine(String text) {
        Lane lane =
                valid(SMALL.replace("engine: {type: echo}", text)).catalog().lanes().get("echo");
        return Objects.requireNonNull(lane).engine();
    }

    private static List<SecretRef> secrets(String... references) {
        return Arrays.stream(references).map(SecretRef::new).toList();
    }
}
