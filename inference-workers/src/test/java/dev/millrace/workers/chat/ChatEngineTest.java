package dev.millrace.workers.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import dev.millrace.job.Messages;
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
import dev.millrace.workers.testing.ChatEngines;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ChatEngineTest {
    private ModelServer server;
    private ChatEngine engine;

    @BeforeEach
    void start() throws IOException {
        server = ModelServer.start(ModelServerSettings.quick());
        engine = ChatEngines.of(server.baseUrl());
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
        engine = ChatEngines.of(server.baseUrl(), "thinks-by-reasoning", Map.of());
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
    void aRateLimitCarriesTheProvidersWishAndIsHeededUntilItIsOver() {
        for (boolean stream : new boolean[] {false, true}) {
            // Given
            server.failNext(Fault.RATE_LIMIT);

            // When
            EngineResult result = run("", stream);

            // Then
            assertThat(result)
                    .isInstanceOfSatisfying(
                            Transient.class,
                            failed -> {
                                assertThat(failed.code()).isEqualTo("provider_rate_limited");
                                assertThat(failed.retryAfter()).contains(Duration.ofSeconds(1));
                            });
            long asked = server.requests();
            assertThat(run("", stream))
                    .isInstanceOfSatisfying(
                            Unavailable.class,
                            out -> assertThat(out.code()).isEqualTo("provider_rate_limited"));
            assertThat(server.requests()).isEqualTo(asked);
            await().until(() -> run("", stream) instanceof Completed);
        }
    }

    @Test
    void aWrongKeyMakesTheLaneUnavailableAndIsNotQuoted() throws IOException {
        // Given
        engine.close();
        server.close();
        server = ModelServer.start(ModelServerSettings.quick().withKey("right"));
        engine =
                ChatEngines.of(server.baseUrl(), "stand-in", Map.of("K", "wrong-key-123"), "env:K");

        // When
        EngineResult result = run("", false);

        // Then
        assertThat(result)
                .isInstanceOfSatisfying(
                        Unavailable.class,
                        out -> {
                            assertThat(out.code()).isEqualTo("provider_unauthorized");
                            assertThat(out.detail())
                                    .contains("401")
                                    .doesNotContain("wrong-key-123");
                        });
    }

    @Test
    void aKeyThatWasRotatedIsUsedAtOnce(@TempDir Path folder) throws IOException {
        // Given
        engine.close();
        server.close();
        server = ModelServer.start(ModelServerSettings.quick().withKey("right"));
        Path key = Files.writeString(folder.resolve("key"), "old");
        engine = ChatEngines.of(server.baseUrl(), "stand-in", Map.of(), "file:" + key);
        assertThat(run("", false)).isInstanceOf(Unavailable.class);

        // When
        Files.writeString(key, "right\n");

        // Then
        assertThat(run("", false)).isInstanceOf(Completed.class);
    }

    @Test
    void aMissingKeyMakesTheLaneUnavailable() {
        // Given
        engine.close();
        engine = ChatEngines.of(server.baseUrl(), "stand-in", Map.of(), "env:K");

        // When
        EngineResult result = run("", false);

        // Then
        assertThat(result)
                .isInstanceOfSatisfying(
                        Unavailable.class,
                        out -> assertThat(out.code()).isEqualTo("missing_secret"));
        assertThat(engine.trouble())
                .hasValueSatisfying(why -> assertThat(why).contains("environment variable K"));
    }

    @Test
    void anUnknownModelFailsForGood() throws IOException {
        // Given
        server.close();
        server = ModelServer.start(ModelServerSettings.quick().withModels(List.of("another")));
        engine = ChatEngines.of(server.baseUrl());

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
        engine = ChatEngines.of(URI.create("http://127.0.0.1:" + port + "/v1"));

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
                ChatEngines.of(
                        URI.create("http://127.0.0.1:" + bare.getAddress().getPort() + "/v1"));

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
                        ? List.of(Messages.of("user", question))
                        : List.of(Messages.of("system", system), Messages.of("user", question));
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
}
