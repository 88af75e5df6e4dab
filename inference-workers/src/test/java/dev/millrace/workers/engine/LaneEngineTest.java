package dev.millrace.workers.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.catalog.EngineSpec;
import dev.millrace.workers.engine.EngineStarter.EngineUnavailableException;
import dev.millrace.workers.testing.ScriptedEngine;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LaneEngineTest {
    private static final EngineSpec ONE = new EngineSpec.Echo(Duration.ofMillis(1));
    private static final EngineSpec OTHER = new EngineSpec.Echo(Duration.ofMillis(2));
    private static final EngineSpec BROKEN = new EngineSpec.Llama("broken.gguf", 1);

    private final List<ScriptedEngine> made = new CopyOnWriteArrayList<>();
    private final AtomicInteger tries = new AtomicInteger();
    private final AtomicInteger ready = new AtomicInteger();
    private volatile boolean repaired;
    private final LaneEngine engine =
            new LaneEngine(
                            this::make,
                            Duration.ofMillis(10),
                            Duration.ofMillis(40),
                            ready::incrementAndGet)
                    .start();

    @AfterEach
    void close() {
        engine.close();
    }

    @Test
    void beforeTheCatalogHasSpokenThereIsNoEngine() {
        assertThat(engine.lease()).isEmpty();
        assertThat(engine.trouble()).isPresent();
    }

    @Test
    void theEngineOfTheCatalogIsStarted() {
        // When
        engine.follow(ONE);

        // Then
        await().until(() -> engine.trouble().isEmpty());
        assertThat(engine.lease())
                .hasValueSatisfying(lease -> assertThat(lease.engine()).isSameAs(made.getFirst()));
        assertThat(ready).hasValue(1);
    }

    @Test
    void anEngineThatCannotBeOfUseSaysSoAndStillTakesJobs() {
        // Given
        assertThat(engine.breaker()).isEqualTo(BreakerState.OPEN);
        engine.follow(ONE);
        await().until(() -> engine.trouble().isEmpty());
        assertThat(engine.breaker()).isEqualTo(BreakerState.CLOSED);

        // When
        made.getFirst().says(BreakerState.HALF_OPEN, Optional.of("no key"));

        // Then
        assertThat(engine.breaker()).isEqualTo(BreakerState.HALF_OPEN);
        assertThat(engine.trouble()).contains("no key");
        assertThat(engine.lease()).isPresent();
    }

    @Test
    void aSwappedEngineIsClosedWhenItsLastJobIsDone() {
        // Given
        engine.follow(ONE);
        await().until(() -> engine.trouble().isEmpty());
        LaneEngine.Lease lease = engine.lease().orElseThrow();

        // When
        engine.follow(OTHER);

        // Then
        await().until(() -> made.size() == 2 && engine.trouble().isEmpty());
        assertThat(made.getFirst().isClosed()).isFalse();
        lease.close();
        assertThat(made.getFirst().isClosed()).isTrue();
        assertThat(made.getLast().isClosed()).isFalse();
    }

    @Test
    void anEngineThatDiedIsReplaced() {
        // Given
        engine.follow(ONE);
        await().until(() -> engine.trouble().isEmpty());

        // When
        made.getFirst().die();

        // Then
        assertThat(engine.lease()).isEmpty();
        await().until(() -> engine.trouble().isEmpty());
        assertThat(made).hasSize(2);
        assertThat(made.getFirst().isClosed()).isTrue();
    }

    @Test
    void anEngineThatCannotStartIsTriedAgainAndSaysWhy() {
        // When
        engine.follow(BROKEN);

        // Then
        await().until(() -> tries.get() >= 3);
        assertThat(engine.trouble()).contains("broken.gguf is not there");
        assertThat(engine.lease()).isEmpty();
        repaired = true;
        await().until(() -> engine.trouble().isEmpty());
    }

    @Test
    void aNewSpecificationDoesNotWaitForThePauseOfABrokenOne() {
        // Given
        engine.follow(BROKEN);
        await().until(() -> tries.get() >= 2);

        // When
        engine.follow(ONE);

        // Then
        await().until(() -> engine.trouble().isEmpty());
    }

    @Test
    void leavingClosesTheEngine() {
        // Given
        engine.follow(ONE);
        await().until(() -> engine.trouble().isEmpty());

        // When
        engine.close();

        // Then
        assertThat(made.getFirst().isClosed()).isTrue();
        assertThat(engine.lease()).isEmpty();
    }

    private Engine make(EngineSpec spec) throws EngineUnavailableException {
        tries.incrementAndGet();
        if (spec.equals(BROKEN) && !repaired) {
            throw new EngineUnavailableException("broken.gguf is not there");
        }
        ScriptedEngine scripted = new ScriptedEngine();
        made.add(scripted);
        return scripted;
    }
}
