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
    private static final Duration AGES = Duration.ofDays(1);
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
        Duration wait = BACKOFF.wait(failed, AGES, new Random(seed));

        assertThat(wait).isBetween(Duration.ZERO, BACKOFF.ceiling(failed));
        assertThat(BACKOFF.ceiling(failed)).isLessThanOrEqualTo(Duration.ofSeconds(30));
    }

    @Property
    void theProvidersWishIsNeverUndercutAndTheDeadlineNeverPassed(
            @ForAll @IntRange(min = 0, max = 3_600) int seconds,
            @ForAll @IntRange(min = 1, max = 20) int failed,
            @ForAll @IntRange(min = 1, max = 7_200_000) int leftMs,
            @ForAll long seed) {
        // Given
        Instant deadline = NOW.plusMillis(leftMs);
        Instant earliest = NOW.plusSeconds(seconds);

        // When
        Optional<Instant> notBefore =
                BACKOFF.notBefore(
                        failed,
                        Optional.of(Duration.ofSeconds(seconds)),
                        NOW,
                        deadline,
                        new Random(seed));

        // Then
        assertThat(notBefore.isPresent()).isEqualTo(earliest.isBefore(deadline));
        notBefore.ifPresent(
                at -> {
                    Duration wait = Duration.between(earliest, at);
                    assertThat(wait).isBetween(Duration.ZERO, BACKOFF.ceiling(failed));
                    assertThat(wait).isLessThanOrEqualTo(Duration.between(at, deadline));
                });
    }

    @Property
    void withoutAWishThereIsAlwaysANextAttemptAtOnceWhereTheDeadlineHasPassed(
            @ForAll @IntRange(min = -10_000, max = 100_000) int leftMs, @ForAll long seed) {
        // When
        Instant notBefore =
                BACKOFF.notBefore(
                                8, Optional.empty(), NOW, NOW.plusMillis(leftMs), new Random(seed))
                        .orElseThrow();

        // Then
        assertThat(notBefore).isBetween(NOW, NOW.plusMillis(Math.max(0, leftMs / 2)));
    }

    @Test
    void waitsAreSpreadOverTheWholeRange() {
        // Given
        Random random = new Random(1);

        // When
        var waits = IntStream.range(0, 1_000).mapToObj(i -> BACKOFF.wait(5, AGES, random)).toList();

        // Then
        assertThat(waits).anyMatch(wait -> wait.compareTo(Duration.ofMillis(800)) < 0);
        assertThat(waits).anyMatch(wait -> wait.compareTo(Duration.ofMillis(7_200)) > 0);
    }
}
