package dev.millrace.dispatcher.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RetryAfterTest {
    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");

    @Test
    void readsSecondsAndDates() {
        assertThat(RetryAfter.parse("120", NOW)).contains(Duration.ofMinutes(2));
        assertThat(RetryAfter.parse(" 0 ", NOW)).contains(Duration.ZERO);
        assertThat(RetryAfter.parse("Sun, 01 Mar 2026 12:00:30 GMT", NOW))
                .contains(Duration.ofSeconds(30));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "soon",
                "-1",
                "1.5",
                "99999999999999999999",
                "Sun, 01 Mar 2026 11:59:59 GMT",
                "१२"
            })
    void whatCannotBeReadOrLiesBehindWasNotAskedFor(String header) {
        assertThat(RetryAfter.parse(header, NOW)).isEmpty();
    }

    @Property
    void noHeaderMakesItFail(@ForAll String header) {
        assertThat(RetryAfter.parse(header, NOW))
                .satisfiesAnyOf(
                        parsed -> assertThat(parsed).isEmpty(),
                        parsed ->
                                assertThat(parsed.orElseThrow())
                                        .isGreaterThanOrEqualTo(Duration.ZERO));
    }
}
