package dev.millrace.workers.provider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.catalog.CatalogFile;
import dev.millrace.catalog.CatalogReading;
import dev.millrace.catalog.EngineSpec;
import dev.millrace.catalog.Lane;
import dev.millrace.job.Messages;
import dev.millrace.v1.Message;
import dev.millrace.v1.ToolCall;
import dev.millrace.workers.chat.ChatEngine;
import dev.millrace.workers.engine.EngineResult;
import dev.millrace.workers.engine.EngineResult.Completed;
import dev.millrace.workers.engine.EngineResult.Failed;
import dev.millrace.workers.engine.EngineResult.Stopped;
import dev.millrace.workers.engine.EngineResult.Transient;
import dev.millrace.workers.engine.EngineResult.Unavailable;
import dev.millrace.workers.engine.Extras;
import dev.millrace.workers.engine.StopSignal;
import dev.millrace.workers.engine.StopSignal.Reason;
import dev.millrace.workers.provider.wire.AnthropicWire;
import dev.millrace.workers.provider.wire.Asked;
import dev.millrace.workers.provider.wire.BedrockWire;
import dev.millrace.workers.provider.wire.Loopback;
import dev.millrace.workers.provider.wire.Reply;
import dev.millrace.workers.provider.wire.Reply.End;
import dev.millrace.workers.provider.wire.Said;
import dev.millrace.workers.testing.ChatEngines;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What every provider's lane does, whatever the provider does: each adapter against a loopback
 * server that speaks the provider's documented wire format.
 */
@Timeout(30)
class ProviderContractTest {
    private static final Said COUNTS = Said.text("one ", "two ", "three ", "four ", "five ", "six");
    private static final Duration SOON = Duration.ofSeconds(1);

    static List<Served> providers() {
        return Served.all();
    }

    /** Each provider, plain and streamed. */
    static Stream<Arguments> bothWays() {
        return providers().stream()
                .flatMap(each -> Stream.of(Arguments.of(each, false), Arguments.of(each, true)));
    }

    // ------------------------------------------------------------------ answers

    @ParameterizedTest(name = "{0} stream={1}")
    @MethodSource("bothWays")
    void anAnswerIsWholeAndCountedToTheToken(Served served, boolean stream) throws Exception {
        // When
        Seen seen = seen(served, stream, COUNTS);

        // Then
        Completed done = (Completed) seen.result();
        assertThat(done.text()).isEqualTo(COUNTS.text());
        assertThat(done.finishReason()).isEqualTo("stop");
        assertThat(done.spent().tokens().input()).isEqualTo(Said.USED.input());
        assertThat(done.spent().tokens().output()).isEqualTo(Said.USED.output());
        assertThat(done.spent().tokens().estimated()).isFalse();
        assertThat(seen.pieces()).hasToString(stream ? COUNTS.text() : "");
    }

    @ParameterizedTest(name = "{0} stream={1}")
    @MethodSource("bothWays")
    void theRequestSaysWhatTheJobSays(Served served, boolean stream) throws Exception {
        // When
        Asked asked = seen(served, stream, COUNTS).asked();

        // Then
        assertThat(served.wire().system(asked.body())).isEqualTo("Be brief.");
        assertThat(served.wire().maxTokens(asked.body())).isEqualTo(321);
        assertThat(served.wire().all(asked.body())).contains("Count to six.", "0.5", "END");
        assertThat(asked.path() + served.wire().all(asked.body())).contains(Served.MODEL);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("providers")
    void theKeyIsShownWhereTheProviderWantsItAndNowhereElse(Served served) throws Exception {
        // When
        Asked asked = seen(served, false, COUNTS).asked();

        // Then
        assertThat(asked.headers())
                .containsEntry(served.keyHeader(), served.keyPrefix() + Served.KEY);
        String all = asked.path() + asked.headers().values() + asked.body();
        assertThat(all).containsOnlyOnce(Served.KEY).doesNotContain(Adapters.KEY_OF_THE_CALL);
    }

    @ParameterizedTest(name = "{0} stream={1}")
    @MethodSource("bothWays")
    void anAnswerThatRanOutOfTokensSaysSo(Served served, boolean stream) throws Exception {
        // When
        Seen seen = seen(served, stream, COUNTS.stopped("length"));

        // Then
        assertThat(((Completed) seen.result()).finishReason()).isEqualTo("length");
    }

    @ParameterizedTest(name = "{0} stream={1}")
    @MethodSource("bothWays")
    void anAnswerWithoutUsageIsCountedByUsAndMarked(Served served, boolean stream)
            throws Exception {
        // When
        Seen seen = seen(served, stream, COUNTS.uncounted());

        // Then
        Completed done = (Completed) seen.result();
        assertThat(done.text()).isEqualTo(COUNTS.text());
        assertThat(done.spent().tokens().estimated()).isTrue();
        assertThat(done.spent().tokens().input()).isPositive();
        assertThat(done.spent().tokens().output()).isPositive();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("providers")
    void aToolsAnswerGoesBackWithTheCallThatItAnswers(Served served) throws Exception {
        // Given
        Message call =
                Message.newBuilder(Messages.of("assistant", ""))
                        .setToolCalls(List.of(new ToolCall("call-1", "find", "{\"q\":\"mill\"}")))
                        .build();
        Message answer =
                Message.newBuilder(Messages.of("tool", "by the river"))
                        .setToolCallId("call-1")
                        .build();

        // When
        try (Loopback server = new Loopback(asked -> served.wire().reply(asked, COUNTS));
                ChatEngine engine = served.engine(server)) {
            EngineResult result =
                    engine.run(
                            Capability.prompt(
                                    false,
                                    Capability.tools("auto"),
                                    Messages.user("Where is it?"),
                                    call,
                                    answer),
                            piece -> {},
                            new StopSignal());

            // Then
            assertThat(result).isInstanceOf(Completed.class);
            assertThat(served.wire().all(server.asked().getFirst().body()))
                    .contains("Where is it?", "find", "mill", "by the river");
        }
    }

    /** Its quirks are told, and it is asked like any other. */
    @Test
    void aProviderThatNobodyHasHeardOfIsAddedByCatalogLinesAlone() throws Exception {
        Served wire = named("openai-compatible");
        try (Loopback server = new Loopback(asked -> wire.wire().reply(asked, COUNTS))) {
            // Given
            String catalog =
                    """
                    lanes:
                      - name: made-up
                        provider: openai-compatible
                        base_url: "%s"
                        model: made-up-1
                        key_header: X-Token
                        max_tokens_field: max_completion_tokens
                        api_key_ref: env:KEY
                    routes: [{name: all, lanes: [made-up]}]
                    prices: [{lane: made-up, effective_from: 2026-01-01T00:00:00Z, currency: USD, input: 1, output: 2}]
                    """
                            .formatted(server.url());
            CatalogReading.Valid reading =
                    (CatalogReading.Valid) CatalogFile.read("catalog.yaml", catalog);
            Lane lane = reading.catalog().lane("made-up").orElseThrow();

            // When
            EngineResult result;
            try (ChatEngine engine =
                    ChatEngines.of(
                            (EngineSpec.Chat) lane.engine(),
                            Map.of("KEY", Served.KEY),
                            new SimpleMeterRegistry())) {
                result = engine.run(prompt(true), piece -> {}, new StopSignal());
            }

            // Then
            assertThat(((Completed) result).text()).isEqualTo(COUNTS.text());
            Asked asked = server.asked().getFirst();
            assertThat(asked.path()).isEqualTo("/v1/chat/completions");
            assertThat(asked.headers()).containsEntry("x-token", Served.KEY);
            assertThat(asked.headers()).doesNotContainKey("authorization");
            assertThat(asked.body().path("max_completion_tokens").asInt()).isEqualTo(321);
            assertThat(asked.body().path("model").asText()).isEqualTo("made-up-1");
        }
    }

    // ------------------------------------------------------------------ refusals

    static Stream<Arguments> statuses() {
        return providers().stream()
                .flatMap(
                        each ->
                                Stream.of(400, 401, 403, 404, 408, 413, 429, 500, 503)
                                        .map(status -> Arguments.of(each, status)));
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("statuses")
    void aRefusalSaysWhatItMeansAndNothingOfItsBody(Served served, int status) throws Exception {
        for (boolean stream : new boolean[] {false, true}) {
            // When
            EngineResult result =
                    run(
                            served,
                            stream,
                            asked ->
                                    Reply.json(status, served.wire().error(status))
                                            .with("Retry-After", "7"));

            // Then
            assertThat(code(result))
                    .isEqualTo(
                            switch (status) {
                                case 400 -> "provider_invalid_request";
                                case 401 -> "provider_unauthorized";
                                case 403 -> "provider_forbidden";
                                case 404 -> "provider_model_not_found";
                                case 408 -> "provider_timeout";
                                case 413 -> "prompt_too_large";
                                case 429 -> "provider_rate_limited";
                                default -> "provider_error";
                            });
            assertThat(result.toString()).doesNotContain("private words");
            if (status == 429 || status == 503) {
                assertThat(((Transient) result).retryAfter()).contains(Duration.ofSeconds(7));
            }
        }
    }

    @Test
    void aKeyThatGoogleDoesNotKnowIsAnsweredWith400() throws Exception {
        EngineResult result =
                run(
                        named("gemini"),
                        false,
                        asked ->
                                Reply.json(
                                        400,
                                        "{\"error\":{\"code\":400,\"status\":\"INVALID_ARGUMENT\","
                                                + "\"details\":[{\"reason\":\"API_KEY_INVALID\"}]}}"));

        assertThat(code(result)).isEqualTo("provider_unauthorized");
    }

    @Test
    void howLongGoogleWantsUsToWaitStandsInTheBody() throws Exception {
        EngineResult result =
                run(
                        named("gemini"),
                        true,
                        asked ->
                                Reply.json(
                                        429,
                                        "{\"error\":{\"code\":429,\"status\":\"RESOURCE_EXHAUSTED\","
                                                + "\"details\":[{\"retryDelay\":\"3.5s\"}]}}"));

        assertThat(((Transient) result).retryAfter()).contains(Duration.ofMillis(3_500));
    }

    // ------------------------------------------------------------------ broken answers

    @ParameterizedTest(name = "{0} stream={1}")
    @MethodSource("bothWays")
    void headersThatNeverEndAreLeftWhenTheAttemptIsStopped(Served served, boolean stream)
            throws Exception {
        try (Loopback server =
                        new Loopback(
                                asked -> served.wire().reply(asked, COUNTS).ends(End.IN_HEADERS));
                ChatEngine engine = served.engine(server)) {
            // Given
            StopSignal stop = new StopSignal();
            CompletableFuture<EngineResult> result = new CompletableFuture<>();
            Thread.startVirtualThread(
                    () -> result.complete(engine.run(prompt(stream), piece -> {}, stop)));
            await().until(() -> !server.asked().isEmpty());

            // When
            stop.stop(Reason.ATTEMPT_TIMEOUT);

            // Then
            assertThat(result).succeedsWithin(SOON).isInstanceOf(Stopped.class);
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("providers")
    void aStreamThatStallsIsGivenUpWithWhatItHasCost(Served served) throws Exception {
        // When
        EngineResult result = run(served, true, asked -> half(served, asked, End.SILENT));

        // Then
        assertThat(code(result)).isEqualTo("stream_stalled");
        assertThat(result.spent().tokens().output()).isPositive();
        assertThat(result.spent().tokens().estimated()).isTrue();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("providers")
    void aStreamThatIsCutInTheMiddleOfATokenIsRetried(Served served) throws Exception {
        // When
        EngineResult result =
                run(
                        served,
                        true,
                        asked -> {
                            Reply half = half(served, asked, End.CUT);
                            List<byte[]> frames = new ArrayList<>(half.frames());
                            byte[] last = frames.removeLast();
                            frames.add(Arrays.copyOf(last, last.length / 2));
                            return half.frames(frames);
                        });

        // Then
        assertThat(code(result)).isIn("provider_connection_lost", "stream_truncated");
        assertThat(result.spent().tokens().output()).isPositive();
    }

    /**
     * LangChain4j calls such a stream complete for OpenAI and Gemini, and never says a word about
     * it for Anthropic, Mistral and Ollama.
     */
    @ParameterizedTest(name = "{0}")
    @MethodSource("providers")
    void aStreamThatEndsEarlyIsNoAnswer(Served served) throws Exception {
        // When
        EngineResult result = run(served, true, asked -> half(served, asked, End.WELL));

        // Then
        assertThat(code(result)).isEqualTo("stream_truncated");
        assertThat(result.spent().tokens().output()).isPositive();
    }

    @ParameterizedTest(name = "{0} stream={1}")
    @MethodSource("bothWays")
    void whatIsNotJsonIsNoAnswer(Served served, boolean stream) throws Exception {
        // When
        EngineResult result =
                run(
                        served,
                        stream,
                        asked ->
                                Reply.of(
                                        200,
                                        "text/html",
                                        "<html>Gateway</html>\n\n"
                                                .getBytes(StandardCharsets.UTF_8)));

        // Then
        assertThat(result).isInstanceOf(Transient.class);
        assertThat(code(result))
                .isIn("provider_bad_answer", "stream_truncated", "provider_connection_lost");
    }

    @ParameterizedTest(name = "{0} stream={1}")
    @MethodSource("bothWays")
    void anAnswerOverTheLimitIsAFailureThatSaysSo(Served served, boolean stream) throws Exception {
        // Given
        Said much = Said.text("x".repeat(20_000), "y".repeat(20_000));

        // When
        try (Loopback server = new Loopback(asked -> served.wire().reply(asked, much));
                ChatEngine engine = served.engine(server, 10_000)) {
            EngineResult result = engine.run(prompt(stream), piece -> {}, new StopSignal());

            // Then
            assertThat(result)
                    .isInstanceOfSatisfying(
                            Failed.class,
                            failed -> {
                                assertThat(failed.code()).isEqualTo("answer_too_large");
                                assertThat(failed.limit()).contains("10000 bytes");
                            });
        }
    }

    static Stream<Arguments> errorsInStreams() {
        return Stream.of(
                Arguments.of(
                        named("anthropic"),
                        AnthropicWire.streamError("overloaded_error"),
                        "provider_error"),
                Arguments.of(
                        named("anthropic"),
                        AnthropicWire.streamError("rate_limit_error"),
                        "provider_rate_limited"),
                Arguments.of(
                        named("bedrock"),
                        BedrockWire.exception("modelStreamErrorException"),
                        "provider_error"),
                Arguments.of(
                        named("bedrock"),
                        BedrockWire.exception("throttlingException"),
                        "provider_rate_limited"),
                Arguments.of(
                        named("bedrock"),
                        BedrockWire.exception("validationException"),
                        "provider_invalid_request"),
                Arguments.of(
                        named("ollama"),
                        "{\"error\":\"private words\"}\n".getBytes(StandardCharsets.UTF_8),
                        "provider_error"));
    }

    @ParameterizedTest(name = "{0} {2}")
    @MethodSource("errorsInStreams")
    void anErrorThatComesInAStreamIsUnderstood(Served served, byte[] error, String code)
            throws Exception {
        // When
        EngineResult result =
                run(
                        served,
                        true,
                        asked -> {
                            Reply half = half(served, asked, End.WELL);
                            List<byte[]> frames = new ArrayList<>(half.frames());
                            frames.add(error);
                            return half.frames(frames);
                        });

        // Then
        assertThat(code(result)).isEqualTo(code);
        assertThat(result.toString()).doesNotContain("private words");
    }

    // ------------------------------------------------------------------ the matrix

    /** {@code -Dmillrace.providers.write=true} writes it. */
    @Test
    void theMatrixInTheGuideIsWhatTheseProbesFind() throws Exception {
        // Given
        Path guide = Path.of("..", "docs", "providers.md");
        String text = Files.readString(guide);
        String begin = "<!-- written by ProviderContractTest -->\n";
        String end = "<!-- end -->";
        int from = text.indexOf(begin) + begin.length();
        int to = text.indexOf(end, from);
        assertThat(text).contains(begin, end);

        // When
        String found = matrix();

        // Then
        if (Boolean.getBoolean("millrace.providers.write")) {
            Files.writeString(guide, text.substring(0, from) + found + text.substring(to));
        } else {
            assertThat(text.substring(from, to)).isEqualTo(found);
        }
    }

    private static String matrix() throws IOException {
        StringBuilder table = new StringBuilder("| provider |");
        for (Capability each : Capability.values()) {
            table.append(' ').append(each.title()).append(" |");
        }
        table.append("\n|---|").append("---|".repeat(Capability.values().length)).append('\n');
        for (Served served : providers()) {
            table.append("| `").append(served).append("` |");
            for (Capability each : Capability.values()) {
                table.append(each.has(served) ? " yes |" : " - |");
            }
            table.append('\n');
        }
        return table.toString();
    }

    // ------------------------------------------------------------------ how

    private record Seen(Asked asked, EngineResult result, StringBuilder pieces) {}

    private static Seen seen(Served served, boolean stream, Said said) throws IOException {
        StringBuilder pieces = new StringBuilder();
        try (Loopback server = new Loopback(asked -> served.wire().reply(asked, said));
                ChatEngine engine = served.engine(server)) {
            EngineResult result = engine.run(prompt(stream), pieces::append, new StopSignal());
            assertThat(result).isInstanceOf(Completed.class);
            return new Seen(server.asked().getFirst(), result, pieces);
        }
    }

    private static EngineResult run(Served served, boolean stream, Function<Asked, Reply> replies)
            throws IOException {
        try (Loopback server = new Loopback(replies);
                ChatEngine engine = served.engine(server)) {
            CompletableFuture<EngineResult> result = new CompletableFuture<>();
            result.orTimeout(10, TimeUnit.SECONDS);
            Thread.startVirtualThread(
                    () ->
                            result.complete(
                                    engine.run(prompt(stream), piece -> {}, new StopSignal())));
            return result.join();
        }
    }

    /** Some of the answer, and nothing of its end. */
    private static Reply half(Served served, Asked asked, End end) {
        List<byte[]> frames = served.wire().frames(COUNTS);
        return served.wire()
                .reply(asked, COUNTS)
                .frames(frames.subList(0, frames.size() / 2 + 1))
                .ends(end);
    }

    private static dev.millrace.workers.engine.Prompt prompt(boolean stream) {
        return Capability.prompt(
                stream,
                Extras.NONE,
                Messages.of("system", "Be brief."),
                Messages.user("Count to six."));
    }

    private static Served named(String provider) {
        return providers().stream()
                .filter(each -> each.provider().equals(provider))
                .collect(Collectors.toList())
                .getFirst();
    }

    private static String code(EngineResult result) {
        return switch (result) {
            case Completed done -> "completed";
            case Failed failed -> failed.code();
            case Transient passing -> passing.code();
            case Unavailable out -> out.code();
            case Stopped stopped -> "stopped";
        };
    }
}
