package dev.millrace.stack.testing;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ContainersTest {

    @Test
    void theKafkaImageReadsSettingsFromVariables() {
        assertThat(Containers.variable("group.initial.rebalance.delay.ms"))
                .isEqualTo("KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS");
    }
}
