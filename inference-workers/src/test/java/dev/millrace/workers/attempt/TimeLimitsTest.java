package dev.millrace.workers.attempt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.workers.engine.StopSignal;
import dev.millrace.workers.engine.StopSignal.Reason;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TimeLimitsTest {
    private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 5);
    private final TimeLimits limits = new TimeLimits(nanos::get).start();

    @AfterEach
    void close() {
        limits.close();
    }

    @Test
    void eachAttemptIsStoppedAtItsOwnLimitAndForItsOwnReason() {
        // Given
        StopSignal soon = new StopSignal();
        StopSignal later = new StopSignal();
        var first = limits.set(Duration.ofSeconds(1), soon, Reason.ATTEMPT_TIMEOUT);
        var second = limits.set(Duration.ofSeconds(9), later, Reason.DEADLINE);

        // When
        nanos.addAndGet(Duration.ofSeconds(1).toNanos());

        // Then
        await().until(soon::isStopped);
        assertThat(soon.reason()).isEqualTo(Optional.of(Reason.ATTEMPT_TIMEOUT));
        assertThat(later.isStopped()).isFalse();
        nanos.addAndGet(Duration.ofSeconds(8).toNanos());
        await().until(later::isStopped);
        assertThat(later.reason()).isEqualTo(Optional.of(Reason.DEADLINE));
        first.close();
        second.close();
    }

    @Test
    void anAttemptThatIsOverIsNotStopped() {
        // Given
        StopSignal over = new StopSignal();
        StopSignal running = new StopSignal();
        limits.set(Duration.ofSeconds(1), over, Reason.DEADLINE).close();
        var limit = limits.set(Duration.ofSeconds(2), running, Reason.DEADLINE);

        // When both times are over
        nanos.addAndGet(Duration.ofSeconds(3).toNanos());

        // Then
        await().until(running::isStopped);
        assertThat(over.isStopped()).isFalse();
        limit.close();
    }

    @Test
    void aLimitWakesAWatchThatSleepsBecauseThereWasNone() {
        // Given
        try (TimeLimits sleepy = new TimeLimits(nanos::get, 0).start()) {
            StopSignal first = new StopSignal();
            sleepy.set(Duration.ZERO, first, Reason.ATTEMPT_TIMEOUT);
            await().until(first::isStopped);

            // When it has nothing to watch any more, and then something again
            StopSignal second = new StopSignal();
            sleepy.set(Duration.ZERO, second, Reason.DEADLINE);

            // Then
            await().until(second::isStopped);
        }
    }
}
