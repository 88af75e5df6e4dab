package dev.millrace.workers.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.job.Messages;
import dev.millrace.workers.engine.EngineResult.Completed;
import dev.millrace.workers.engine.EngineResult.Stopped;
import dev.millrace.workers.engine.StopSignal.Reason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What every engine does, whatever runs behind it. */
abstract class EngineContract {
    private final List<Engine> engines = new ArrayList<>();

    /** An engine that answers in its own time. */
    abstract Engine engine() throws Exception;

    /** An engine that takes seconds for {@link #question}. */
    abstract Engine slowEngine() throws Exception;

    /** Something that it can answer. */
    abstract String question();

    /** Tokens enough for a whole answer. */
    int maxTokens() {
        return 200;
    }

    @AfterEach
    void close() {
        engines.forEach(Engine::close);
        engines.forEach(Engine::close);
    }

    @Test
    void anAnswerComesWithItsTokensAndTimes() throws Exception {
        // When
        EngineResult result = kept(engine()).run(prompt(false), piece -> {}, new StopSignal());

        // Then
        assertThat(result).isInstanceOf(Completed.class);
        Completed completed = (Completed) result;
        assertThat(completed.text()).isNotBlank();
        assertThat(completed.finishReason()).isEqualTo("stop");
        assertThat(completed.spent().tokens().input()).isPositive();
        assertThat(completed.spent().tokens().output()).isPositive();
        assertThat(completed.spent().firstTokenMs()).isBetween(0L, completed.spent().modelMs());
    }

    @Test
    void thePiecesOfAStreamAreItsAnswer() throws Exception {
        // Given
        Engine engine = kept(engine());
        StringBuilder pieces = new StringBuilder();

        // When
        EngineResult result = engine.run(prompt(true), pieces::append, new StopSignal());

        // Then
        assertThat(result)
                .isInstanceOfSatisfying(
                        Completed.class, done -> assertThat(pieces).hasToString(done.text()));
    }

    @Test
    void withoutAStreamThereAreNoPieces() throws Exception {
        // Given
        List<String> pieces = new ArrayList<>();

        // When
        kept(engine()).run(prompt(false), pieces::add, new StopSignal());

        // Then
        assertThat(pieces).isEmpty();
    }

    @Test
    void aStopThatCameBeforeIsHeeded() throws Exception {
        // Given
        StopSignal stop = new StopSignal();
        stop.stop(Reason.CANCELLED);

        // When
        EngineResult result = kept(slowEngine()).run(prompt(false), piece -> {}, stop);

        // Then
        assertThat(result).isInstanceOf(Stopped.class);
    }

    @Test
    void aStopEndsARunningAttemptSoon() throws Exception {
        for (boolean stream : new boolean[] {false, true}) {
            // Given
            Engine engine = kept(slowEngine());
            StopSignal stop = new StopSignal();
            CompletableFuture<EngineResult> result = run(engine, prompt(stream), stop);
            await().pollDelay(Duration.ofMillis(150)).until(() -> true);
            assertThat(result).isNotDone();

            // When
            stop.stop(Reason.CANCELLED);

            // Then
            assertThat(result).succeedsWithin(Duration.ofSeconds(3)).isInstanceOf(Stopped.class);
        }
    }

    @Test
    void aStopEndsAnAttemptThatStillWaitsForItsTurn() throws Exception {
        // Given
        Engine engine = kept(slowEngine());
        StopSignal stop = new StopSignal();
        List<CompletableFuture<EngineResult>> results =
                IntStream.range(0, 3).mapToObj(i -> run(engine, prompt(false), stop)).toList();

        // When
        stop.stop(Reason.CANCELLED);

        // Then
        for (CompletableFuture<EngineResult> result : results) {
            assertThat(result).succeedsWithin(Duration.ofSeconds(3)).isInstanceOf(Stopped.class);
        }
    }

    @Test
    void aStopLeavesNothingBehindForTheNextAttempt() throws Exception {
        // Given
        Engine engine = kept(engine());
        StopSignal stop = new StopSignal();
        CompletableFuture<EngineResult> stopped = run(engine, prompt(true), stop);
        stop.stop(Reason.CANCELLED);
        assertThat(stopped).succeedsWithin(Duration.ofSeconds(5));

        // When
        EngineResult next = engine.run(prompt(false), piece -> {}, new StopSignal());

        // Then
        assertThat(next).isInstanceOf(Completed.class);
    }

    @Test
    void manyAttemptsAtOnceAllGetTheirAnswer() throws Exception {
        // Given
        Engine engine = kept(engine());

        // When
        List<CompletableFuture<EngineResult>> results =
                IntStream.range(0, 8)
                        .mapToObj(i -> run(engine, prompt(i % 2 == 0), new StopSignal()))
                        .toList();

        // Then
        for (CompletableFuture<EngineResult> result : results) {
            assertThat(result).succeedsWithin(Duration.ofSeconds(20)).isInstanceOf(Completed.class);
        }
    }

    private Engine kept(Engine engine) {
        engines.add(engine);
        return engine;
    }

    private static CompletableFuture<EngineResult> run(
            Engine engine, Prompt prompt, StopSignal stop) {
        CompletableFuture<EngineResult> result = new CompletableFuture<>();
        result.orTimeout(60, TimeUnit.SECONDS);
        Thread.startVirtualThread(() -> result.complete(engine.run(prompt, piece -> {}, stop)));
        return result;
    }

    final Prompt prompt(boolean stream) {
        return new Prompt(
                "job/1",
                List.of(Messages.of("user", question())),
                maxTokens(),
                Optional.empty(),
                Optional.empty(),
                OptionalLong.empty(),
                List.of(),
                stream);
    }
}
