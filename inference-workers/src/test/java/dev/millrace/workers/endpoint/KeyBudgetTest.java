package dev.millrace.workers.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.catalog.ChatServers.KeyLimits;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class KeyBudgetTest {
    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");

    @Test
    void aKeyThatHadItsCallsOfAMinuteIsFreeWhenTheFirstIsAMinuteOld() {
        // Given
        KeyBudget budget = new KeyBudget(calls(2, 1_000));

        // When
        assertThat(budget.tryCall(NOW)).isTrue();
        assertThat(budget.tryCall(NOW.plusSeconds(10))).isTrue();

        // Then
        assertThat(budget.tryCall(NOW.plusSeconds(20))).isFalse();
        Instant free = budget.usedUpUntil(NOW.plusSeconds(20)).orElseThrow();
        assertThat(free).isBetween(NOW.plusSeconds(60), NOW.plusSeconds(62));
        assertThat(budget.tryCall(free.minusMillis(1))).isFalse();
        assertThat(budget.tryCall(free)).isTrue();
    }

    @Test
    void theLongerOfTwoLimitsHolds() {
        // Given
        KeyBudget budget = new KeyBudget(calls(5, 1));

        // When
        assertThat(budget.tryCall(NOW)).isTrue();

        // Then
        assertThat(budget.usedUpUntil(NOW.plusSeconds(90)).orElseThrow())
                .isBetween(NOW.plus(Duration.ofDays(1)), NOW.plus(Duration.ofHours(25)));
    }

    @Test
    void tokensCountOnceTheyAreKnown() {
        // Given
        KeyBudget budget =
                new KeyBudget(
                        new KeyLimits(
                                Optional.empty(),
                                Optional.empty(),
                                Optional.of(100L),
                                Optional.empty()));

        // When
        assertThat(budget.tryCall(NOW)).isTrue();
        budget.spent(150, NOW);

        // Then
        assertThat(budget.tryCall(NOW.plusSeconds(30))).isFalse();
        assertThat(budget.tryCall(NOW.plusSeconds(62))).isTrue();
    }

    @Test
    void aCallThatWasNotMadeIsGivenBack() {
        // Given
        KeyBudget budget = new KeyBudget(calls(1, 10));
        assertThat(budget.tryCall(NOW)).isTrue();

        // When
        budget.giveBack(NOW);

        // Then
        assertThat(budget.tryCall(NOW)).isTrue();
    }

    @Property
    void noMinuteEverHasMoreCallsThanItMay(
            @ForAll @IntRange(min = 1, max = 5) int most,
            @ForAll @Size(max = 100) List<@IntRange(min = 0, max = 30_000) Integer> pauses) {
        // Given
        KeyBudget budget = new KeyBudget(calls(most, 1_000_000));
        List<Instant> made = new ArrayList<>();
        Instant now = NOW;

        // When
        for (int pause : pauses) {
            now = now.plusMillis(pause);
            if (budget.tryCall(now)) {
                made.add(now);
            }
        }

        // Then
        for (int i = most; i < made.size(); i++) {
            assertThat(Duration.between(made.get(i - most), made.get(i)))
                    .isGreaterThanOrEqualTo(Duration.ofMinutes(1));
        }
    }

    private static KeyLimits calls(long perMinute, long perDay) {
        return new KeyLimits(
                Optional.of(perMinute), Optional.of(perDay), Optional.empty(), Optional.empty());
    }
}
