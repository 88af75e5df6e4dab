package dev.millrace.workers.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.catalog.ChatServers;
import dev.millrace.catalog.EngineSpec;
import dev.millrace.workers.engine.BreakerState;
import dev.millrace.workers.engine.EngineResult;
import dev.millrace.workers.engine.EngineResult.Completed;
import dev.millrace.workers.engine.EngineResult.Transient;
import dev.millrace.workers.engine.EngineResult.Unavailable;
import dev.millrace.workers.engine.StopSignal;
import dev.millrace.workers.testing.ChatEngines;
import dev.millrace.workers.testing.Prompts;
import dev.millrace.workers.testing.ScriptedProvider;
import dev.millrace.workers.testing.ScriptedProvider.Answer;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Several servers, several keys. */
class ChatFleetTest {
    private static final Map<String, String> KEYS = Map.of("A", "key-a", "B", "key-b");

    private final MeterRegistry registry = new SimpleMeterRegistry();
    private final List<ChatEngine> engines = new ArrayList<>();
    private ScriptedProvider one;
    private ScriptedProvider two;

    @BeforeEach
    void start() throws IOException {
        one = new ScriptedProvider();
        two = new ScriptedProvider();
    }

    @AfterEach
    void stop() {
        engines.forEach(ChatEngine::close);
        one.close();
        two.close();
    }

    @Test
    void theWorkIsShared() {
        // Given
        ChatEngine engine = engine(List.of(one.url(), two.url()));

        // When
        runs(engine, 20);

        // Then
        assertThat(one.asked()).hasSize(10);
        assertThat(two.asked()).hasSize(10);
    }

    @Test
    void aServerThatIsGoneCostsNoJobAnything() {
        // Given
        ChatEngine engine = engine(List.of(one.url(), two.url()));
        one.close();

        // When
        List<EngineResult> results = runs(engine, 50);

        // Then
        assertThat(results).allMatch(result -> result instanceof Completed);
        assertThat(two.asked()).hasSize(50);
        assertThat(engine.breaker()).isEqualTo(BreakerState.OPEN);
    }

    @Test
    void aServerThatFailsIsSparedOnceThatIsPlain() {
        // Given
        ChatEngine engine = engine(List.of(one.url(), two.url()));
        one.answer("", Answer.of(500));

        // When
        List<EngineResult> results = runs(engine, 100);

        // Then
        assertThat(one.asked()).hasSize(20);
        assertThat(results.subList(40, 100)).allMatch(result -> result instanceof Completed);
    }

    @Test
    void aLoneServerThatFailsTurnsJobsAwayUntilItWorksAgain() {
        // Given
        ChatEngine engine = engine(quick(one.url()));
        one.answer("", Answer.of(503));
        runs(engine, 4);

        // When
        List<EngineResult> away = runs(engine, 20);

        // Then
        assertThat(away)
                .allSatisfy(
                        result ->
                                assertThat(((Unavailable) result).code())
                                        .isEqualTo("breaker_open"));
        assertThat(one.asked()).hasSize(4);
        assertThat(engine.breaker()).isEqualTo(BreakerState.OPEN);

        // When
        one.answer("", Answer.GOOD);

        // Then
        await().until(() -> run(engine) instanceof Completed);
        await().until(
                        () ->
                                run(engine) instanceof Completed
                                        && engine.breaker() == BreakerState.CLOSED);
    }

    @Test
    void aRefusedKeyIsReplacedAtOnceAndNotAskedWithAgain() {
        // Given
        ChatEngine engine = engine(List.of(one.url()), "env:A", "env:B");
        one.answer("key-a", Answer.of(401));

        // When
        List<EngineResult> results = runs(engine, 10);

        // Then
        assertThat(results).allMatch(result -> result instanceof Completed);
        assertThat(one.asked()).containsOnlyOnce("key-a").hasSize(11);
        assertThat(count("millrace.key.calls", "key", "env:A", "result", "unauthorized"))
                .isEqualTo(1);
        assertThat(count("millrace.key.calls", "key", "env:B", "result", "answered")).isEqualTo(10);
        assertThat(count("millrace.key.tokens", "key", "env:B", "type", "input")).isEqualTo(110);
        assertThat(count("millrace.key.tokens", "key", "env:B", "type", "output")).isEqualTo(70);
    }

    @Test
    void aKeyThatIsRateLimitedRestsForAsLongAsTheProviderSays() {
        // Given
        ChatEngine engine = engine(List.of(one.url()), "env:A", "env:B");
        one.answer("key-a", Answer.of(429).retryAfter(1));
        assertThat(run(engine)).isInstanceOf(Completed.class);
        assertThat(one.asked()).containsExactly("key-a", "key-b");

        // When
        one.answer("key-b", Answer.of(429).retryAfter(30));
        EngineResult limited = run(engine);

        // Then
        assertThat(limited)
                .isInstanceOfSatisfying(
                        Transient.class,
                        failed -> assertThat(failed.retryAfter()).contains(Duration.ofSeconds(30)));
        one.answer("key-a", Answer.GOOD);
        await().until(() -> run(engine) instanceof Completed);
        assertThat(one.asked().getLast()).isEqualTo("key-a");
        assertThat(engine.breaker()).isEqualTo(BreakerState.CLOSED);
    }

    @Test
    void whatNoKeyMayDoIsTheRequestsFaultAndHarmsNoOtherJob() {
        // Given
        ChatEngine engine = engine(List.of(one.url()), "env:A", "env:B");
        one.answer("key-a", Answer.of(403));
        one.answer("key-b", Answer.of(403));

        // When
        EngineResult forbidden = run(engine);

        // Then
        assertThat(forbidden)
                .isInstanceOfSatisfying(
                        Transient.class,
                        failed -> assertThat(failed.code()).isEqualTo("provider_forbidden"));
        assertThat(one.asked()).containsExactly("key-a", "key-b");
        one.answer("key-a", Answer.GOOD);
        assertThat(run(engine)).isInstanceOf(Completed.class);
        assertThat(one.asked().getLast()).isEqualTo("key-a");
    }

    @Test
    void aServerMayHaveKeysOfItsOwn() {
        // Given
        EngineSpec.Chat lane = ChatEngines.spec(List.of(one.url(), two.url()), "env:A");
        List<ChatServers.Endpoint> endpoints =
                List.of(
                        lane.endpoints().getFirst(),
                        new ChatServers.Endpoint(
                                two.url().toString(),
                                1,
                                ChatEngines.spec(List.of(), "env:B").keys().refs()));
        ChatEngine engine =
                engine(
                        new EngineSpec.Chat(
                                endpoints,
                                lane.balance(),
                                lane.health(),
                                lane.breaker(),
                                lane.model(),
                                lane.keys(),
                                lane.connectTimeout()));

        // When
        runs(engine, 4);

        // Then
        assertThat(one.asked()).containsOnly("key-a");
        assertThat(two.asked()).containsOnly("key-b");
    }

    @Test
    void whereNoServerIsThereTheJobIsTurnedAwayBeforeLong() throws IOException {
        // Given
        List<URI> gone = List.of(free(), free(), free());
        ChatEngine engine = engine(gone);
        long start = System.nanoTime();

        // When
        List<EngineResult> results = runs(engine, 30);

        // Then
        assertThat(results).allMatch(result -> result instanceof Unavailable);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
    }

    private static URI free() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return URI.create("http://127.0.0.1:" + socket.getLocalPort() + "/v1");
        }
    }

    /** Opens after four failures, for a moment. */
    private static EngineSpec.Chat quick(URI url) {
        EngineSpec.Chat lane = ChatEngines.spec(List.of(url));
        return new EngineSpec.Chat(
                lane.endpoints(),
                lane.balance(),
                Optional.empty(),
                new ChatServers.Breaker(100, 4, Duration.ofMillis(500)),
                lane.model(),
                lane.keys(),
                lane.connectTimeout());
    }

    private ChatEngine engine(List<URI> urls, String... keys) {
        return engine(ChatEngines.spec(urls, keys));
    }

    private ChatEngine engine(EngineSpec.Chat spec) {
        ChatEngine engine = ChatEngines.of(spec, KEYS, registry);
        engines.add(engine);
        return engine;
    }

    private static List<EngineResult> runs(ChatEngine engine, int times) {
        return IntStream.range(0, times).mapToObj(i -> run(engine)).toList();
    }

    private static EngineResult run(ChatEngine engine) {
        return engine.run(Prompts.of("What is 2 + 2?", false), piece -> {}, new StopSignal());
    }

    private double count(String meter, String... tags) {
        return registry.get(meter).tags(tags).counter().count();
    }
}
