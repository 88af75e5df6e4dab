package dev.millrace.workers.llama;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class RestartPaceTest {

    private static final RestartPace PACE = RestartPace.STANDARD;

    @Test
    void theFirstDeathIsFollowedByAStartAtOnce() {
        assertThat(PACE.before(0)).isZero();
        assertThat(PACE.before(PACE.after(0, Duration.ofMillis(1)))).isZero();
    }

    @Test
    void shortLivesInARowAreFollowedByLongerPauses() {
        assertThat(PACE.before(2)).isEqualTo(Duration.ofMillis(250));
        assertThat(PACE.before(5)).isEqualTo(Duration.ofSeconds(2));
    }

    @Test
    void aLongLifeForgivesTheShortOnes() {
        assertThat(PACE.before(PACE.after(9, Duration.ofSeconds(10)))).isZero();
    }

    @Property
    void noPauseIsBeyondTheLongest(@ForAll @IntRange(min = 0) int shortLives) {
        assertThat(PACE.before(shortLives)).isBetween(Duration.ZERO, PACE.longest());
    }
}
