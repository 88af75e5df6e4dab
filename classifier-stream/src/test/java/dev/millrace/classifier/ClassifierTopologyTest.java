package dev.millrace.classifier;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.catalog.Catalog;
import dev.millrace.classifier.fair.LaneBoard;
import dev.millrace.classifier.given.RecordedMetrics;
import dev.millrace.classifier.store.Stores;
import dev.millrace.classifier.stream.PatientCatalog;
import dev.millrace.classifier.stream.TopicSerdes;
import dev.millrace.kit.Connection;
import dev.millrace.kit.streams.CommitPace;
import dev.millrace.kit.telemetry.Tracing;
import java.io.InputStream;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.streams.Topology;
import org.junit.jupiter.api.Test;

class ClassifierTopologyTest {
    private final ClassifierTopology topology =
            new ClassifierTopology(
                    new PatientCatalog(Catalog::empty, Duration.ZERO, time -> {}),
                    new LaneBoard(),
                    new RecordedMetrics(),
                    new TopicSerdes(Connection.to("localhost:1", "mock://topology")),
                    new CommitPace(System::nanoTime),
                    Tracing.OFF);

    @Test
    void theTopologyIsTheOneThatStoresAndGroupsOutThereBelongTo() throws Exception {
        // A renamed store or node loses what is stored under the old name: change it on purpose
        // only.
        Topology built = topology.get();

        try (InputStream golden =
                Objects.requireNonNull(getClass().getResourceAsStream("/topology.txt"))) {
            assertThat(built.describe().toString().strip())
                    .isEqualTo(new String(golden.readAllBytes(), UTF_8).strip());
        }
    }

    @Test
    void contentIsInNoChangelogForLongerThanSevenDays() {
        Stores.builders(new TopicSerdes(Connection.to("localhost:1", "mock://topology")).waiting())
                .stream()
                .filter(store -> store.name().equals(Stores.RETRIES))
                .forEach(
                        store -> {
                            Map<String, String> changelog = store.logConfig();
                            long days = 7L * 24 * 60 * 60 * 1000;
                            assertThat(changelog).containsEntry("cleanup.policy", "compact,delete");
                            assertThat(
                                            Long.parseLong(
                                                            changelog.getOrDefault(
                                                                    "retention.ms", ""))
                                                    + Long.parseLong(
                                                            changelog.getOrDefault(
                                                                    "segment.ms", "")))
                                    .isLessThanOrEqualTo(days);
                        });
    }
}
