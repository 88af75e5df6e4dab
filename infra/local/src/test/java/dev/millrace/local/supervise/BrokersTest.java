package dev.millrace.local.supervise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Map;
import org.junit.jupiter.api.Test;

class BrokersTest {
    @Test
    void aStackHasOneBrokerOrThree() {
        assertThat(Supervisor.brokers(Map.of())).isEqualTo(1);
        assertThat(Supervisor.brokers(Map.of("MILLRACE_BROKERS", "3"))).isEqualTo(3);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Supervisor.brokers(Map.of("MILLRACE_BROKERS", "2")))
                .withMessage("MILLRACE_BROKERS=2 is not 1 or 3");
    }
}
