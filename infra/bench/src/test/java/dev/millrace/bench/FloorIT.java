package dev.millrace.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.kit.Connection;
import dev.millrace.stack.testing.TestStack;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The floor and everything that measures, on a real broker. */
class FloorIT {
    private static final List<String> TENANTS = BenchStack.onePerPartition(Line.PARTITIONS);
    private static final List<Integer> BYTES = List.of(1_000, 1_200, 1_900, 1_300, 2_000);

    @Test
    void a_hundred_jobs_pass_the_floor_and_are_found_at_every_hop(@TempDir Path folder)
            throws Exception {
        // Given
        Connection connection = Connection.to(TestStack.shared().bootstrap(), "http://127.0.0.1:1");
        try (FloorLine floor =
                FloorLine.start(connection, TENANTS, BYTES, folder.resolve("floor.log"))) {
            Bench.stampAtAppend(connection, floor);
            TopicTimes times = new TopicTimes(floor, connection);
            Cpu before = Cpu.of(floor.processes());

            // When
            Load.Round round =
                    new Load(floor, connection, Clock.systemUTC()).steady(new Schedule(100, 100));

            // Then every job was seen, no earlier than it was due
            assertThat(Arrays.stream(round.latencyMillis()).boxed())
                    .hasSize(100)
                    .allMatch(millis -> millis > 0);
            // and stood in every topic, in order, with the size that was asked for
            Map<Stage, TopicTimes.Read> stages = times.read(round);
            assertThat(stages.values()).extracting(TopicTimes.Read::meanBytes).isEqualTo(BYTES);
            Hops hops = times.hops(round);
            assertThat(hops.complete()).hasSize(100);
            assertThat(hops.hops()).hasSize(6).allMatch(hop -> hop.mean() > -1);
            assertThat(hops.hops().stream().mapToDouble(Hops.Hop::mean).sum())
                    .isCloseTo(
                            Arrays.stream(round.latencyMillis()).average().orElseThrow(),
                            org.assertj.core.api.Assertions.within(0.01));
            // and cost its process something
            Map<String, Double> cost = Cpu.of(floor.processes()).perJobSince(before, Map.of(), 100);
            assertThat(cost.get("clients")).isPositive();
            assertThat(
                            new Load(floor, connection, Clock.systemUTC())
                                    .saturate(2_000)
                                    .jobsPerSecond())
                    .isGreaterThan(100);
        }
    }
}
