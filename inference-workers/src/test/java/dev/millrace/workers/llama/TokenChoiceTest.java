package dev.millrace.workers.llama;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TokenChoiceTest {

    private static final float[] SCORES = {0, 2, 1, 2, Float.NEGATIVE_INFINITY};

    @Test
    void atTemperatureZeroTheFirstOfTheLikeliestIsTaken() {
        // Given
        TokenChoice choice = new TokenChoice(0, new SplittableRandom(1));

        // Then
        assertThat(choice.from(SCORES)).hasValue(1);
    }

    @Test
    void drawsFollowTheOdds() {
        // Given
        TokenChoice choice = new TokenChoice(1, new SplittableRandom(1));
        int draws = 20_000;
        int[] counts = new int[SCORES.length];

        // When
        IntStream.range(0, draws).forEach(i -> counts[choice.from(SCORES).orElseThrow()]++);

        // Then
        double sum = 1 + 2 * Math.exp(2) + Math.exp(1);
        assertThat(counts[0] / (double) draws).isBetween(0.8 / sum, 1.2 / sum);
        assertThat(counts[1] / (double) draws)
                .isBetween(0.95 * Math.exp(2) / sum, 1.05 * Math.exp(2) / sum);
        assertThat(counts[4]).isZero();
    }

    @Test
    void theSameSeedDrawsTheSameTokens() {
        // Given
        TokenChoice one = new TokenChoice(2, new SplittableRandom(7));
        TokenChoice other = new TokenChoice(2, new SplittableRandom(7));

        // Then
        for (int i = 0; i < 100; i++) {
            assertThat(one.from(SCORES)).isEqualTo(other.from(SCORES));
        }
    }

    @Test
    void scoresThatAreNotNumbersGiveNoToken() {
        // Given
        TokenChoice choice = new TokenChoice(0, new SplittableRandom(1));

        // Then
        assertThat(choice.from(new float[] {1, Float.NaN})).isEmpty();
        assertThat(choice.from(new float[] {1, Float.POSITIVE_INFINITY})).isEmpty();
        assertThat(choice.from(new float[] {Float.NEGATIVE_INFINITY})).isEmpty();
        assertThat(choice.from(new float[0])).isEmpty();
    }
}
