package dev.millrace.local.letters;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class LetterFilterTest {
    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
    private static final Letter LETTER =
            new Letter(
                    "millrace.outcomes/2/5",
                    NOON,
                    "millrace.outcomes",
                    "attempts_exhausted: timeout",
                    "3",
                    new RecordHeaders(),
                    Optional.empty());

    @Test
    void everythingThatIsGivenHasToMatch() {
        assertThat(filter(Set.of(), "", "", null, null)).accepts(LETTER);
        assertThat(
                        filter(
                                Set.of(LETTER.id()),
                                "attempts",
                                LETTER.topic(),
                                NOON,
                                NOON.plusMillis(1)))
                .accepts(LETTER);
        assertThat(filter(Set.of("millrace.outcomes/2/6"), "", "", null, null)).rejects(LETTER);
        assertThat(filter(Set.of(), "exhausted", "", null, null)).rejects(LETTER);
        assertThat(filter(Set.of(), "", "millrace.jobs", null, null)).rejects(LETTER);
    }

    @Test
    void theFirstMomentIsInTheRangeAndTheLastIsNot() {
        assertThat(filter(Set.of(), "", "", NOON, null)).accepts(LETTER);
        assertThat(filter(Set.of(), "", "", NOON.plusMillis(1), null)).rejects(LETTER);
        assertThat(filter(Set.of(), "", "", null, NOON)).rejects(LETTER);
        assertThat(filter(Set.of(), "", "", null, NOON.plusMillis(1))).accepts(LETTER);
    }

    @Test
    void aRangeThatHoldsNothingIsRefused() {
        assertThatThrownBy(() -> filter(Set.of(), "", "", NOON, NOON))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("--since");
    }

    @Test
    void onlyAFilterWithoutAnythingIsOpen() {
        assertThat(filter(Set.of(), "", "", null, null).isOpen()).isTrue();
        assertThat(filter(Set.of(), "x", "", null, null).isOpen()).isFalse();
        assertThat(filter(Set.of(), "", "", NOON, null).isOpen()).isFalse();
    }

    private static LetterFilter filter(
            Set<String> ids,
            String reason,
            String topic,
            @Nullable Instant since,
            @Nullable Instant until) {
        return new LetterFilter(
                ids, reason, topic, Optional.ofNullable(since), Optional.ofNullable(until));
    }
}
