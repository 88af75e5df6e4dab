package dev.millrace.workers.attempt;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class BackoffTest {
    private static final Backoff BACKOFF =
            new Backoff(Duration.ofMillis(500), Duration.ofSeconds(30));
    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");

    @Test
    void theCeilingDoublesUpToTheCap() {
        assertThat(BACKOFF.ceiling(1)).isEqualTo(Duration.ofMillis(500));
        assertThat(BACKOFF.ceiling(2)).isEqualTo(Duration.ofSeconds(1));
        assertThat(BACKOFF.ceiling(6)).isEqualTo(Duration.ofSeconds(16));
        assertThat(BACKOFF.ceiling(7)).isEqualTo(Duration.ofSeconds(30));
    }

    @Property
    void everyWaitLiesBetweenNothingAndTheCeiling(
            @ForAll @IntRange(min = 1) int failed, @ForAll long seed) {
        Duration wait = BACKOFF.wait(failed, new Random(seed));

        assertThat(wait).isBetween(Duration.ZERO, BACKOFF.ceiling(failed));
        assertThat(BACKOFF.ceiling(failed)).isLessThanOrEqualTo(Duration.ofSeconds(30));
    }

    @Property
    void theProvidersWishIsNeverUndercut(
            @ForAll @IntRange(min = 0, max = 3_600) int seconds, @ForAll long seed) {
        Instant notBefore =
                BACKOFF.notBefore(
                        1, Optional.of(Duration.ofSeconds(seconds)), NOW, new Random(seed));

        assertThat(notBefore)
                .isBetween(NOW.plusSeconds(seconds), NOW.plusSeconds(seconds).plusMillis(500));
    }

    @Test
    void waitsAreSpreadOverTheWholeRange() {
        // Given
        Random random = new Random(1);

        // When
        var waits = IntStream.range(0, 1_000).mapToObj(i -> BACKOFF.wait(5, random)).toList();

        // Then
        assertThat(waits).anyMatch(wait -> wait.compareTo(Duration.ofMillis(800)) < 0);
        assertThat(waits).anyMatch(wait -> wait.compareTo(Duration.ofMillis(7_200)) > 0);
    }
}
