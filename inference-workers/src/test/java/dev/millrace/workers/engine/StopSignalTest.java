package dev.millrace.workers.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.workers.engine.StopSignal.Reason;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class StopSignalTest {
    private final StopSignal stop = new StopSignal();
    private final AtomicInteger actions = new AtomicInteger();

    @Test
    void anActionRunsOnceWhenTheStopComes() {
        // Given
        stop.onStop(actions::incrementAndGet);

        // When
        boolean first = stop.stop(Reason.CANCELLED);
        boolean second = stop.stop(Reason.DEADLINE);

        // Then
        assertThat(first).isTrue();
        assertThat(second).isFalse();
        assertThat(actions).hasValue(1);
        assertThat(stop.reason()).contains(Reason.CANCELLED);
    }

    @Test
    void anActionThatComesTooLateRunsAtOnce() {
        // Given
        stop.stop(Reason.CANCELLED);

        // When
        stop.onStop(actions::incrementAndGet);

        // Then
        assertThat(actions).hasValue(1);
    }

    @Test
    void aClosedRegistrationIsForgotten() {
        // Given
        stop.onStop(actions::incrementAndGet).close();

        // When
        stop.stop(Reason.CANCELLED);

        // Then
        assertThat(actions).hasValue(0);
    }
}
