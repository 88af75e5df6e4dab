package dev.millrace.local.home;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.stack.FreePorts;
import org.junit.jupiter.api.Test;

class PortReservationTest {
    @Test
    void twoStacksNeverGetTheSamePort() {
        // Given
        int port = new FreePorts().any();
        PortReservation first = new PortReservation();
        PortReservation second = new PortReservation();

        // When
        boolean taken = first.take(port);

        // Then
        assertThat(taken).isTrue();
        assertThat(second.take(port)).isFalse();
        assertThat(first.take(port)).isTrue();
    }
}
