package dev.millrace.workers.chat;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class RetryAfterTest {
    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");

    @Test
    void secondsAndDatesAreUnderstood() {
        assertThat(RetryAfter.parse("7", NOW)).contains(Duration.ofSeconds(7));
        assertThat(RetryAfter.parse("1.5", NOW)).contains(Duration.ofMillis(1_500));
        assertThat(RetryAfter.parse("Fri, 02 Jan 2026 03:04:35 GMT", NOW))
                .contains(Duration.ofSeconds(30));
    }

    @Test
    void whatLiesInThePastOrSaysNothingIsNothing() {
        assertThat(RetryAfter.parse("Thu, 01 Jan 2026 03:04:35 GMT", NOW)).isEmpty();
        assertThat(RetryAfter.parse("0", NOW)).isEmpty();
        assertThat(RetryAfter.parse("soon", NOW)).isEmpty();
    }

    @Test
    void aProviderIsBelievedForAnHourAtMost() {
        assertThat(RetryAfter.parse("999999999", NOW)).contains(RetryAfter.LONGEST);
    }

    @Property
    void anyTextIsRead(@ForAll String text) {
        assertThat(RetryAfter.parse(text, NOW))
                .satisfiesAnyOf(
                        wait -> assertThat(wait).isEmpty(),
                        wait ->
                                assertThat(wait.orElseThrow())
                                        .isBetween(Duration.ZERO, RetryAfter.LONGEST));
    }
}
