package dev.millrace.ingress.reading;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.ingress.reading.UnknownSchemas.Advice;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class UnknownSchemasTest {
    private static final Instant T0 = Instant.parse("2026-01-01T00:00:00Z");
    private final UnknownSchemas schemas =
            new UnknownSchemas(
                    new UnknownSchemas.Patience(Duration.ofSeconds(10), Duration.ofSeconds(60), 3));

    @Test
    void oneUnknownSchemaWaitsForItsGracePeriodAndIsThenGivenUp() {
        assertThat(schemas.unknown(7, T0)).isEqualTo(Advice.WAIT);
        assertThat(schemas.unknown(7, T0.plusMillis(9_999))).isEqualTo(Advice.WAIT);
        assertThat(schemas.unknown(7, T0.plusSeconds(10))).isEqualTo(Advice.GIVE_UP);
        assertThat(schemas.attempts(7)).isEqualTo(3);
    }

    @Test
    void theNextRecordOfAGivenUpSchemaIsGivenUpAtOnce() {
        // Given
        schemas.unknown(7, T0);
        schemas.unknown(7, T0.plusSeconds(10));

        // When
        Advice next = schemas.unknown(7, T0.plusSeconds(11));

        // Then
        assertThat(next).isEqualTo(Advice.GIVE_UP);
    }

    @Test
    void aSchemaThatBecameKnownGetsANewGracePeriod() {
        // Given
        schemas.unknown(7, T0);
        schemas.known(7);

        // When
        Advice later = schemas.unknown(7, T0.plusSeconds(30));

        // Then
        assertThat(later).isEqualTo(Advice.WAIT);
    }

    @Test
    void manyUnknownSchemasAtOnceHaltInsteadAndGoOnWhenTheyBecomeKnown() {
        // Given
        schemas.unknown(1, T0);
        schemas.unknown(2, T0);

        // When
        Advice third = schemas.unknown(3, T0.plusSeconds(20));

        // Then
        assertThat(third).isEqualTo(Advice.HALT);
        assertThat(schemas.unknown(1, T0.plusSeconds(21))).isEqualTo(Advice.HALT);
        assertThat(schemas.halted(T0.plusSeconds(21))).isTrue();
        schemas.known(2);
        schemas.known(3);
        assertThat(schemas.halted(T0.plusSeconds(22))).isFalse();
        assertThat(schemas.unknown(1, T0.plusSeconds(22))).isEqualTo(Advice.GIVE_UP);
    }

    @Test
    void unknownSchemasFarApartInTimeDoNotHalt() {
        assertThat(schemas.unknown(1, T0)).isEqualTo(Advice.WAIT);
        assertThat(schemas.unknown(2, T0.plusSeconds(61))).isEqualTo(Advice.WAIT);
        assertThat(schemas.unknown(3, T0.plusSeconds(122))).isEqualTo(Advice.WAIT);
    }

    /**
     * Whatever comes, nothing is given up before its grace period or while too many are unknown.
     */
    @Property
    void nothingIsGivenUpTooEarly(@ForAll List<@IntRange(max = 5) Integer> ids) {
        UnknownSchemas fresh =
                new UnknownSchemas(
                        new UnknownSchemas.Patience(
                                Duration.ofSeconds(10), Duration.ofSeconds(60), 3));
        Instant now = T0;
        Instant[] firstSeen = new Instant[6];
        for (int id : ids) {
            firstSeen[id] = firstSeen[id] == null ? now : firstSeen[id];
            Advice advice = fresh.unknown(id, now);
            if (advice == Advice.GIVE_UP) {
                assertThat(Duration.between(firstSeen[id], now))
                        .isGreaterThanOrEqualTo(Duration.ofSeconds(10));
                assertThat(fresh.ids()).hasSizeLessThan(3);
            }
            now = now.plusMillis(1_700);
        }
    }
}
