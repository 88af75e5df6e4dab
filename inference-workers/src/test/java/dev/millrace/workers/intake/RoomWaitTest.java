package dev.millrace.workers.intake;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class RoomWaitTest {
    private final RoomWait wait = new RoomWait();

    @Test
    void aLaneThatMakesRoomInAMomentIsWaitedFor() {
        // When
        wait.took(TimeUnit.MILLISECONDS.toNanos(3));

        // Then
        assertThat(wait.duration()).isPositive();
    }

    @Test
    void aLaneOfSlowJobsIsNotWaitedForUntilItHasBecomeQuick() {
        // When
        wait.took(TimeUnit.MILLISECONDS.toNanos(100));

        // Then
        assertThat(wait.duration()).isZero();
        wait.took(TimeUnit.MILLISECONDS.toNanos(5));
        assertThat(wait.duration()).isPositive();
    }
}
