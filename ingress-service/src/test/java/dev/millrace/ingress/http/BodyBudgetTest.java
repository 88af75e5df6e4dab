package dev.millrace.ingress.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BodyBudgetTest {

    @Test
    void whatIsHeldComesBackWhenARequestIsAnswered() {
        // Given
        BodyBudget budget = new BodyBudget(10 * 1024);

        // When
        try (BodyBudget.Share share = budget.take(4_097)) {
            assertThat(share.granted()).isTrue();
            assertThat(budget.freeBytes()).isEqualTo(5 * 1024);
        }

        // Then
        assertThat(budget.freeBytes()).isEqualTo(10 * 1024);
    }

    @Test
    void withoutRoomARequestIsTurnedAwayAndHoldsNothing() {
        // Given
        BodyBudget budget = new BodyBudget(10 * 1024);

        // When
        try (BodyBudget.Share all = budget.take(10 * 1024);
                BodyBudget.Share more = budget.take(0)) {
            // Then
            assertThat(all.granted()).isTrue();
            assertThat(more.granted()).isFalse();
        }
        assertThat(budget.freeBytes()).isEqualTo(10 * 1024);
    }
}
