package dev.millrace.local.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LetterOptionsTest {
    private static final Clock CLOCK =
            Clock.fixed(Instant.parse("2026-01-02T00:00:00Z"), ZoneOffset.UTC);

    @ParameterizedTest
    @CsvSource({
        "90s,2026-01-01T23:58:30Z",
        "30m,2026-01-01T23:30:00Z",
        "2h,2026-01-01T22:00:00Z",
        "1d,2026-01-01T00:00:00Z",
        "2025-12-31T09:00:00+01:00,2025-12-31T08:00:00Z"
    })
    void aMomentIsATimeOrHowLongAgo(String text, Instant expected) {
        assertThat(LetterOptions.moment("--since", text, CLOCK)).contains(expected);
    }

    @Test
    void anythingElseIsRefusedByName() {
        assertThatThrownBy(() -> LetterOptions.moment("--until", "yesterday", CLOCK))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("--until", "yesterday", "2h");
    }

    @Test
    void nothingIsNoLimit() {
        assertThat(LetterOptions.moment("--since", null, CLOCK)).isEmpty();
    }
}
