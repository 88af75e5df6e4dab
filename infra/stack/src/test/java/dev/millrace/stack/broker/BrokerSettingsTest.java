package dev.millrace.stack.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.file.Path;
import kafka.server.KafkaConfig;
import org.apache.kafka.server.config.AbstractKafkaConfig;
import org.junit.jupiter.api.Test;

class BrokerSettingsTest {

    private final BrokerSettings settings = new BrokerSettings(Path.of("/data/broker"), 9092, 9093);

    @Test
    void kafkaKnowsEverySettingAndAcceptsThemTogether() {
        // When
        var properties = settings.toProperties();

        // Then
        assertThat(AbstractKafkaConfig.CONFIG_DEF.names()).containsAll(properties.keySet());
        assertThat(new KafkaConfig(properties).originals()).containsAllEntriesOf(properties);
    }

    @Test
    void clientsAndControllerAreReachedOnLoopbackOnly() {
        // When
        var properties = settings.toProperties();

        // Then
        assertThat(properties)
                .containsEntry(
                        "listeners", "PLAINTEXT://127.0.0.1:9092,CONTROLLER://127.0.0.1:9093")
                .containsEntry("advertised.listeners", "PLAINTEXT://127.0.0.1:9092")
                .containsEntry("controller.quorum.voters", "1@127.0.0.1:9093");
        assertThat(settings.bootstrap()).isEqualTo("127.0.0.1:9092");
    }

    @Test
    void aResultOfFourMebibytesFits() {
        assertThat(Integer.parseInt(settings.toProperties().get("message.max.bytes")))
                .isGreaterThan(4 * 1024 * 1024)
                .isLessThan(
                        Integer.parseInt(settings.toProperties().get("socket.request.max.bytes")));
    }

    @Test
    void topicsAreNeverCreatedByAccidentAndOffsetsOutliveAHoliday() {
        assertThat(settings.toProperties())
                .containsEntry("auto.create.topics.enable", "false")
                .containsEntry("offsets.retention.minutes", "43200");
    }

    @Test
    void theTuningThatContainersGetNamesNoHostPortOrDirectory() {
        assertThat(BrokerSettings.tuning())
                .isNotEmpty()
                .doesNotContainKeys("listeners", "advertised.listeners", "log.dirs", "node.id");
        assertThat(settings.toProperties()).containsAllEntriesOf(BrokerSettings.tuning());
    }

    @Test
    void aWrongPortIsNamed() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new BrokerSettings(Path.of("d"), 0, 9093))
                .withMessage("brokerPort must be 1 to 65535, was 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new BrokerSettings(Path.of("d"), 9092, 65_536))
                .withMessage("controllerPort must be 1 to 65535, was 65536");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new BrokerSettings(Path.of("d"), 9092, 9092))
                .withMessageContaining("must differ");
    }
}
