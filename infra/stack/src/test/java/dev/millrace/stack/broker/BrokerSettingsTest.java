package dev.millrace.stack.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.file.Path;
import java.util.List;
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
    void inAClusterEveryTopicOutlivesABroker() {
        // Given
        var node =
                new BrokerSettings(Path.of("/data/b2"), 9202, 9302, 2, List.of(9301, 9302, 9303));

        // When
        var properties = node.toProperties();

        // Then
        assertThat(properties)
                .containsEntry("node.id", "2")
                .containsEntry(
                        "controller.quorum.voters",
                        "1@127.0.0.1:9301,2@127.0.0.1:9302,3@127.0.0.1:9303")
                .containsEntry("default.replication.factor", "3")
                .containsEntry("min.insync.replicas", "2")
                .containsEntry("offsets.topic.replication.factor", "3")
                .containsEntry("transaction.state.log.replication.factor", "3")
                .containsEntry("transaction.state.log.min.isr", "2");
        assertThat(new KafkaConfig(properties).originals()).containsAllEntriesOf(properties);
    }

    @Test
    void aNodeThatIsNotOfItsClusterIsNamed() {
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> new BrokerSettings(Path.of("d"), 9092, 9093, 3, List.of(9093, 9094)))
                .withMessageContaining("does not hold the port of node 3");
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
