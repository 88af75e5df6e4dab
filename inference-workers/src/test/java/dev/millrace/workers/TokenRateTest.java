package dev.millrace.workers;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TokenRateTest {
    private static final long SECOND = 1_000_000_000;
    private long nanos = 5 * SECOND;
    private final TokenRate rate = new TokenRate(() -> nanos);

    @Test
    void theRateIsThatOfTheLastTenSeconds() {
        // When
        rate.add(100);
        nanos += 9 * SECOND;
        rate.add(50);

        // Then
        assertThat(rate.perSecond()).isEqualTo(15.0);
        nanos += SECOND;
        assertThat(rate.perSecond()).isEqualTo(5.0);
        nanos += 60 * SECOND;
        assertThat(rate.perSecond()).isZero();
    }
}
