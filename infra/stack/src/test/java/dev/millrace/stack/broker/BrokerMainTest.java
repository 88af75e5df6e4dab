package dev.millrace.stack.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class BrokerMainTest {

    @Test
    void theArgumentsAreDirectoryAndPorts() {
        assertThat(BrokerMain.parse(new String[] {"/data", "9092", "9093"}))
                .isEqualTo(new BrokerSettings(Path.of("/data"), 9092, 9093));
    }

    @Test
    void aNodeOfAClusterIsToldWhichItIsAndWhoTheOthersAre() {
        assertThat(BrokerMain.parse(new String[] {"/data", "9092", "9094", "2", "9093,9094,9095"}))
                .isEqualTo(
                        new BrokerSettings(
                                Path.of("/data"), 9092, 9094, 2, List.of(9093, 9094, 9095)));
    }

    @Test
    void wrongUsageIsExplained() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> BrokerMain.parse(new String[] {"/data"}))
                .withMessageStartingWith("usage: ");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> BrokerMain.parse(new String[] {"/data", "x", "9093"}))
                .withMessage("BROKER_PORT must be a number, was 'x'");
    }
}
