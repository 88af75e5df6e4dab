package dev.millrace.local.supervise;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class RestartBackoffTest {
    private final RestartBackoff backoff = RestartBackoff.DEFAULT;

    @Property
    void neverWaitsLongerThanItsBoundNorShorterThanBefore(
            @ForAll @IntRange(min = 1, max = 10_000) int failures) {
        // When
        Duration wait = backoff.before(failures);

        // Then
        assertThat(wait).isBetween(backoff.first(), backoff.longest());
        assertThat(backoff.before(failures + 1)).isGreaterThanOrEqualTo(wait);
    }

    @Test
    void doublesUntilTheBound() {
        assertThat(backoff.before(1)).isEqualTo(Duration.ofMillis(250));
        assertThat(backoff.before(2)).isEqualTo(Duration.ofMillis(500));
        assertThat(backoff.before(3)).isEqualTo(Duration.ofSeconds(1));
        assertThat(backoff.before(20)).isEqualTo(Duration.ofSeconds(15));
    }

    @Test
    void aProcessThatRanWellStartsCountingAgain() {
        assertThat(backoff.failuresAfter(7, Duration.ofMinutes(1))).isEqualTo(1);
        assertThat(backoff.failuresAfter(7, Duration.ofSeconds(1))).isEqualTo(8);
    }
}
