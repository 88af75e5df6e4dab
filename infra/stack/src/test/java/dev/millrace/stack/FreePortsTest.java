package dev.millrace.stack;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.HashSet;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FreePortsTest {

    @Test
    void aPreferredPortThatIsFreeIsTaken() {
        // Given
        int free = new FreePorts().any();

        // When
        int chosen = new FreePorts().preferring(free);

        // Then
        assertThat(chosen).isEqualTo(free);
    }

    @Test
    void aPreferredPortOnWhichSomethingListensIsReplaced() throws IOException {
        try (var taken = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            // When
            int chosen = new FreePorts().preferring(taken.getLocalPort());

            // Then
            assertThat(chosen).isBetween(FreePorts.LOWEST, FreePorts.HIGHEST);
            assertThat(FreePorts.isFree(taken.getLocalPort())).isFalse();
            assertThat(FreePorts.isFree(chosen)).isTrue();
        }
    }

    @Test
    void aListenerOnAllAddressesCountsToo() throws IOException {
        try (var taken = new ServerSocket(0)) {
            assertThat(FreePorts.isFree(taken.getLocalPort())).isFalse();
        }
    }

    @Test
    void noPortIsHandedOutTwice() {
        // Given two that draw the same numbers
        var ports = new FreePorts(new Random(7));
        var seen = new HashSet<Integer>();

        // When
        for (int i = 0; i < 50; i++) {
            seen.add(ports.any());
        }
        int preferred = ports.preferring(seen.iterator().next());

        // Then
        assertThat(seen).hasSize(50).doesNotContain(preferred);
    }
}
