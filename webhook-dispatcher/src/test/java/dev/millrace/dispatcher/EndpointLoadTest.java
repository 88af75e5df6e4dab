package dev.millrace.dispatcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class EndpointLoadTest {
    private final EndpointLoad load = new EndpointLoad(3);

    @Test
    void anEndpointHasRoomForAsManyAsAreNotInFlight() {
        load.started("a");
        load.started("a");
        load.started("b");

        assertThat(load.room()).isEqualTo(Map.of("a", 1, "b", 2));
        assertThat(load.inFlight()).isEqualTo(3);
    }

    @Test
    void anIdleEndpointIsNotNamed() {
        load.started("a");
        load.ended("a", true);

        assertThat(load.room()).isEmpty();
        assertThat(load.inFlight()).isZero();
    }

    @Test
    void anEndpointThatFailsHasOneAtATimeUntilOneSucceeds() {
        load.started("a");
        load.started("a");
        load.ended("a", false);
        assertThat(load.room()).isEqualTo(Map.of("a", 0));

        load.ended("a", false);
        assertThat(load.room()).isEqualTo(Map.of("a", 1));

        load.started("a");
        load.ended("a", true);
        assertThat(load.room()).isEmpty();
    }

    @Test
    void whatIsRememberedOfFailuresIsBounded() {
        for (int i = 0; i < 5_000; i++) {
            load.started("e" + i);
            load.ended("e" + i, false);
        }

        assertThat(load.room()).hasSize(1_000).containsEntry("e4999", 1);
    }
}
