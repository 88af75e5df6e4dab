package dev.millrace.workers.chat;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.millrace.stack.model.Fault;
import dev.millrace.stack.model.ModelServer;
import dev.millrace.stack.model.ModelServerSettings;
import dev.millrace.v1.Message;
import dev.millrace.workers.engine.EngineResult;
import dev.millrace.workers.engine.EngineResult.Completed;
import dev.millrace.workers.engine.EngineResult.Failed;
import dev.millrace.workers.engine.EngineResult.Transient;
import dev.millrace.workers.engine.EngineResult.Unavailable;
import dev.millrace.workers.engine.Prompt;
import dev.millrace.workers.engine.StopSignal;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ChatEngineTest {
    private ModelServer server;
    private ChatEngine engine;

    @BeforeEach
    void start() throws IOException {
        server = ModelServer.start(ModelServerSettings.quick());
        engine = engine(server.baseUrl(), Optional::empty);
    }

    @AfterEach
    void stop() {
        engine.close();
        server.close();
    }

    @Test
    void usageComesFromTheProviderWithItsCachedAndReasoningTokens() {
        // Given
        engine.close();
        engine = engine(server.baseUrl(), "thinks-by-reasoning", Optional::empty);
        String system = "You are careful, and you answer in as few words as will do. ".repeat(20);
        run(system, false);

        for (boolean stream : new boolean[] {false, true}) {
            // When
            EngineResult result = run(system, stream);

            // Then
            assertThat(result).isInstanceOf(Completed.class);
            assertThat(result.spent().tokens().estimated()).isFalse();
            assertThat(result.spent().tokens().cachedInput()).isPositive();
            assertThat(result.spent().tokens().reasoning()).isPositive();
        }
    }

    @Test
    void anAnswerCutAtTheTokenLimitSaysSo() {
        // When
        EngineResult result =
                engine.run(
                        prompt("", "Explain lanes, offsets and workers at length.", 3, false),
                        piece -> {},
                        new StopSignal());

        // Then
        assertThat(result)
                .isInstanceOfSatisfying(
                        Completed.class,
                        done -> {
                            assertThat(done.finishReason()).isEqualTo("length");
                            assertThat(done.spent().tokens().output()).isEqualTo(3);
                        });
    }

    @ParameterizedTest
    @CsvSource({
        "RATE_LIMIT, provider_rate_limited",
        "SERVER_ERROR, provider_error",
        "OVERLOADED, provider_error",
        "GARBAGE, provider_bad_answer",
        "TRUNCATE, provider_bad_answer"
    })
    void whatMayPassIsRetried(Fault fault, String code) {
        // Given
        server.failNext(fault);

        // When
        EngineResult result = run("", false);

        // Then
        assertThat(result)
                .isInstanceOfSatisfying(
                        Transient.class, failed -> assertThat(failed.code()).isEqualTo(code));
        assertThat(run("", false)).isInstanceOf(Completed.class);
    }

    @ParameterizedTest
    @CsvSource({
        "RATE_LIMIT, provider_rate_limited",
        "SERVER_ERROR, provider_error",
        "GARBAGE, stream_truncated",
        "TRUNCATE, stream_truncated",
        "STALL, stream_stalled"
    })
    void aStreamThatFailsIsRetried(Fault fault, String code) {
        // Given
        server.failNext(fault);

        // When
        EngineResult result = run("", true);

        // Then
        assertThat(result)
                .isInstanceOfSatisfying(
                        Transient.class, failed -> assertThat(failed.code()).isEqualTo(code));
        assertThat(run("", true)).isInstanceOf(Completed.class);
    }

    @Test
    void aRateLimitCarriesTheProvidersWish() {
        // Given
        server.failNext(Fault.RATE_LIMIT);

        // When
        EngineResult result = run("", false);

        // Then
        assertThat(result)
                .isInstanceOfSatisfying(
                        Transient.class,
                        failed -> assertThat(failed.retryAfter()).contains(Duration.ofSeconds(1)));
    }

    @Test
    void aWrongKeyFailsForGoodAndIsNotQuoted() throws IOException {
        // Given
        server.close();
        server = ModelServer.start(ModelServerSettings.quick().withKey("right"));
        engine = engine(server.baseUrl(), () -> Optional.of("wrong-key-123"));

        // When
        EngineResult result = run("", false);

        // Then
        assertThat(result)
                .isInstanceOfSatisfying(
                        Failed.class,
                        failed -> {
                            assertThat(failed.code()).isEqualTo("provider_unauthorized");
                            assertThat(failed.detail())
                                    .contains("401")
                                    .doesNotContain("wrong-key-123");
                        });
    }

    @Test
    void aKeyThatWasRotatedIsUsedAtOnce() throws IOException {
        // Given
        server.close();
        server = ModelServer.start(ModelServerSettings.quick().withKey("right"));
        String[] key = {"old"};
        engine = engine(server.baseUrl(), () -> Optional.of(key[0]));
        assertThat(run("", false)).isInstanceOf(Failed.class);

        // When
        key[0] = "right";

        // Then
        assertThat(run("", false)).isInstanceOf(Completed.class);
    }

    @Test
    void aMissingKeyMakesTheLaneUnavailable() {
        // Given
        engine.close();
        engine =
                engine(
                        server.baseUrl(),
                        () -> {
                            throw new IOException("environment variable K is not set");
                        });

        // When
        EngineResult result = run("", false);

        // Then
        assertThat(result)
                .isInstanceOfSatisfying(
                        Unavailable.class,
                        out -> assertThat(out.code()).isEqualTo("missing_secret"));
    }

    @Test
    void anUnknownModelFailsForGood() throws IOException {
        // Given
        server.close();
        server = ModelServer.start(ModelServerSettings.quick().withModels(List.of("another")));
        engine = engine(server.baseUrl(), Optional::empty);

        // Then
        assertThat(run("", false))
                .isInstanceOfSatisfying(
                        Failed.class,
                        failed -> assertThat(failed.code()).isEqualTo("provider_model_not_found"));
    }

    @Test
    void aServerThatIsNotThereMakesTheLaneUnavailable() throws IOException {
        // Given
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        engine.close();
        engine = engine(URI.create("http://127.0.0.1:" + port + "/v1"), Optional::empty);

        // Then
        for (boolean stream : new boolean[] {false, true}) {
            assertThat(run("", stream))
                    .isInstanceOfSatisfying(
                            Unavailable.class,
                            out -> assertThat(out.code()).isEqualTo("provider_unreachable"));
        }
    }

    @Test
    void withoutUsageFromTheProviderWeCountAndSaySo() throws IOException {
        // Given
        HttpServer bare =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 8);
        bare.createContext(
                "/",
                exchange -> {
                    byte[] body =
                            """
                            {"id": "x", "choices": [{"index": 0, "message": {"role": "assistant", "content": "four words are here"}}]}
                            """
                                    .getBytes(StandardCharsets.UTF_8);
                    exchange.sendResponseHeaders(200, body.length);
                    exchange.getResponseBody().write(body);
                    exchange.close();
                });
        bare.start();
        engine.close();
        engine =
                engine(
                        URI.create("http://127.0.0.1:" + bare.getAddress().getPort() + "/v1"),
                        Optional::empty);

        // When
        EngineResult result = run("", false);
        bare.stop(0);

        // Then
        assertThat(result)
                .isInstanceOfSatisfying(
                        Completed.class, done -> assertThat(done.finishReason()).isEqualTo("stop"));
        assertThat(result.spent().tokens().estimated()).isTrue();
        assertThat(result.spent().tokens().output()).isPositive();
    }

    private EngineResult run(String system, boolean stream) {
        return engine.run(
                prompt(system, "What is 2 + 2?", 500, stream), piece -> {}, new StopSignal());
    }

    private static Prompt prompt(String system, String question, int maxTokens, boolean stream) {
        List<Message> messages =
                system.isEmpty()
                        ? List.of(new Message("user", question))
                        : List.of(new Message("system", system), new Message("user", question));
        return new Prompt(
                "job/1",
                messages,
                maxTokens,
                Optional.of(0.5),
                Optional.empty(),
                OptionalLong.of(7),
                List.of("###"),
                stream);
    }

    private static ChatEngine engine(URI url, ChatEngine.ApiKey key) {
        return engine(url, "stand-in", key);
    }

    private static ChatEngine engine(URI url, String model, ChatEngine.ApiKey key) {
        return new ChatEngine(
                url, model, Duration.ofSeconds(2), Duration.ofMillis(400), key, Clock.systemUTC());
    }
}
