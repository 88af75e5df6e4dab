package dev.millrace.kit.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FaultTrailTest {
    @Test
    void aFailureIsToldByClassAndPlaceAndNeverByItsMessage() {
        // Given
        Exception failure =
                new IllegalStateException(
                        "the prompt was: tell me a secret",
                        new NumberFormatException("For input string: \"a secret\""));

        // When
        String trail = FaultTrail.of(failure);

        // Then
        assertThat(trail)
                .startsWith("java.lang.IllegalStateException[")
                .contains(" <- java.lang.NumberFormatException[", "FaultTrailTest.")
                .doesNotContain("secret");
        assertThat(trail.lines()).hasSize(1);
    }
}
