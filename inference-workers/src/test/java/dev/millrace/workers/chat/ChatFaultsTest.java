package dev.millrace.workers.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.catalog.ChatServers;
import dev.millrace.catalog.EngineSpec;
import dev.millrace.stack.model.Fault;
import dev.millrace.stack.model.ModelServer;
import dev.millrace.stack.model.ModelServerSettings;
import dev.millrace.workers.engine.EngineResult;
import dev.millrace.workers.engine.EngineResult.Completed;
import dev.millrace.workers.engine.EngineResult.Stopped;
import dev.millrace.workers.engine.EngineResult.Transient;
import dev.millrace.workers.engine.EngineResult.Unavailable;
import dev.millrace.workers.engine.StopSignal;
import dev.millrace.workers.engine.StopSignal.Reason;
import dev.millrace.workers.testing.ChatEngines;
import dev.millrace.workers.testing.Prompts;
import dev.millrace.workers.testing.RawServer;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a provider can do to a call, down to the bytes. */
@Timeout(120)
class ChatFaultsTest {
    private static final Duration SOON = Duration.ofMillis(500);

    private final MeterRegistry registry = new SimpleMeterRegistry();

    @Test
    void aStreamThatIsCutIsRetriedWithWhatItHasCost() throws Exception {
        try (RawServer server = RawServer.thatCutsAfter(RawServer.HALF_A_STREAM);
                ChatEngine engine =
                        ChatEngines.of(
                                ChatEngines.spec(List.of(server.url())),
                                Map.of(),
                                registry,
                                Duration.ofMinutes(1))) {
            // Given
            StringBuilder pieces = new StringBuilder();

            // When
            EngineResult result =
                    engine.run(Prompts.of("hello", true), pieces::append, new StopSignal());

            // Then
            assertThat(pieces).hasToString("one two ");
            assertThat(result)
                    .isInstanceOfSatisfying(
                            Transient.class,
                            failed ->
                                    assertThat(failed.code())
                                            .isIn("provider_connection_lost", "stream_truncated"));
            assertThat(result.spent().tokens().output()).isPositive();
            assertThat(result.spent().tokens().estimated()).isTrue();
        }
    }

    @Test
    void aStreamThatStallsHalfWayIsGivenUpWithWhatItHasCost() throws Exception {
        try (RawServer server = RawServer.thatHangsAfter(RawServer.HALF_A_STREAM);
                ChatEngine engine = engine(server.url())) {
            // When
            EngineResult result =
                    engine.run(Prompts.of("hello", true), piece -> {}, new StopSignal());

            // Then
            assertThat(result)
                    .isInstanceOfSatisfying(
                            Transient.class,
                            failed -> assertThat(failed.code()).isEqualTo("stream_stalled"));
            assertThat(result.spent().tokens().output()).isPositive();
            assertThat(calls("failed")).isEqualTo(1);
        }
    }

    @Test
    void headersThatNeverEndAreLeftWhenTheAttemptHasHadItsTime() throws Exception {
        for (boolean stream : new boolean[] {false, true}) {
            try (RawServer server = RawServer.thatHangsAfter("HTTP/1.1 200 OK\r\nContent-Ty");
                    ChatEngine engine = engine(server.url())) {
                // Given
                double failedBefore = calls("failed");

                // When
                Stop stop = stopped(engine, stream, Reason.ATTEMPT_TIMEOUT);

                // Then
                assertThat(stop.result()).isInstanceOf(Stopped.class);
                assertThat(stop.took()).isLessThan(SOON);
                assertThat(calls("failed")).isEqualTo(failedBefore + 1);
            }
        }
    }

    @Test
    void aCancelledStreamEndsSoonWithTheTokensSoFarAndBlamesNobody() throws Exception {
        try (ModelServer server =
                        ModelServer.start(
                                ModelServerSettings.quick()
                                        .withPace(Duration.ofMillis(1), Duration.ofMillis(50)));
                ChatEngine engine = engine(server.baseUrl())) {
            // Given
            AtomicInteger pieces = new AtomicInteger();
            StopSignal stop = new StopSignal();
            CompletableFuture<EngineResult> result = new CompletableFuture<>();
            String question = "Please sort: " + "pear, apple, plum, fig, ".repeat(20);
            Thread.startVirtualThread(
                    () ->
                            result.complete(
                                    engine.run(
                                            Prompts.of(question, true),
                                            piece -> pieces.incrementAndGet(),
                                            stop)));
            await().until(() -> pieces.get() >= 8);

            // When
            long start = System.nanoTime();
            stop.stop(Reason.CANCELLED);
            EngineResult stopped = result.get(10, TimeUnit.SECONDS);

            // Then
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(SOON);
            assertThat(stopped).isInstanceOf(Stopped.class);
            assertThat(stopped.spent().tokens().input()).isPositive();
            assertThat(stopped.spent().tokens().output()).isPositive();
            assertThat(calls("stopped")).isEqualTo(1);
            assertThat(calls("failed")).isZero();
        }
    }

    /** The classifier's part is played in short: wait as told, and try again. */
    @Test
    void everyJobIsDoneInTheEndWhateverTheProviderDoes() throws Exception {
        Map<Fault, Double> faults =
                Map.of(
                        Fault.RATE_LIMIT, 0.02,
                        Fault.RATE_LIMIT_BARE, 0.18,
                        Fault.SERVER_ERROR, 0.2,
                        Fault.TIMEOUT, 0.2,
                        Fault.GARBAGE, 0.2);
        try (ModelServer server =
                        ModelServer.start(ModelServerSettings.quick().withFaults(faults, 7));
                ChatEngine engine = engine(quick(server.baseUrl()));
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
                ScheduledExecutorService timer = Executors.newScheduledThreadPool(1)) {
            // When
            List<Future<Completed>> jobs =
                    IntStream.range(0, 40)
                            .mapToObj(i -> threads.submit(() -> done(engine, timer, i % 2 == 0)))
                            .toList();

            // Then
            for (Future<Completed> job : jobs) {
                assertThat(job.get(90, TimeUnit.SECONDS).text()).contains("4");
            }
            assertThat(registry.get("millrace.endpoint.in.flight").gauge().value()).isZero();
            assertThat(calls("answered")).isEqualTo(40);
            assertThat(calls("failed")).isGreaterThan(20);
            assertThat(calls("rate_limited")).isPositive();
        }
    }

    private static Completed done(ChatEngine engine, ScheduledExecutorService timer, boolean stream)
            throws InterruptedException {
        for (int attempt = 0; attempt < 1_000; attempt++) {
            StopSignal stop = new StopSignal();
            Future<?> limit =
                    timer.schedule(
                            () -> stop.stop(Reason.ATTEMPT_TIMEOUT), 250, TimeUnit.MILLISECONDS);
            EngineResult result =
                    engine.run(Prompts.of("What is 2 + 2?", stream), piece -> {}, stop);
            limit.cancel(false);
            switch (result) {
                case Completed completed -> {
                    return completed;
                }
                case Transient failed ->
                        assertThat(failed.code())
                                .isIn(
                                        "provider_rate_limited",
                                        "provider_error",
                                        "provider_bad_answer",
                                        "stream_truncated");
                case Unavailable out ->
                        assertThat(out.code()).isIn("provider_rate_limited", "breaker_open");
                case Stopped stopped -> assertThat(stop.isStopped()).isTrue();
                case EngineResult.Failed failed ->
                        throw new AssertionError("failed for good: " + failed.code());
            }
            Thread.sleep(20);
        }
        throw new AssertionError("a thousand attempts were not enough");
    }

    private record Stop(EngineResult result, Duration took) {}

    private static Stop stopped(ChatEngine engine, boolean stream, Reason reason) throws Exception {
        StopSignal stop = new StopSignal();
        CompletableFuture<EngineResult> result = new CompletableFuture<>();
        Thread.startVirtualThread(
                () -> result.complete(engine.run(Prompts.of("hello", stream), piece -> {}, stop)));
        await().pollDelay(Duration.ofMillis(200)).until(() -> true);
        assertThat(result).isNotDone();
        long start = System.nanoTime();
        stop.stop(reason);
        EngineResult end = result.get(10, TimeUnit.SECONDS);
        return new Stop(end, Duration.ofNanos(System.nanoTime() - start));
    }

    private double calls(String result) {
        return registry.find("millrace.endpoint.calls").tags("result", result).counters().stream()
                .mapToDouble(counter -> counter.count())
                .sum();
    }

    private ChatEngine engine(URI url) {
        return engine(ChatEngines.spec(List.of(url)));
    }

    private ChatEngine engine(EngineSpec.Chat spec) {
        return ChatEngines.of(spec, Map.of(), registry);
    }

    private static EngineSpec.Chat quick(URI url) {
        EngineSpec.Chat lane = ChatEngines.spec(List.of(url));
        return new EngineSpec.Chat(
                lane.endpoints(),
                lane.balance(),
                Optional.empty(),
                new ChatServers.Breaker(100, 20, Duration.ofMillis(100)),
                lane.model(),
                lane.keys(),
                lane.connectTimeout());
    }
}
