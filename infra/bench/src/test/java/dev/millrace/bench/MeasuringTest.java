package dev.millrace.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.millrace.bench.Line.Mark;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class MeasuringTest {

    @Test
    void jobs_are_due_at_equal_distances_that_do_not_drift() {
        Schedule schedule = Schedule.lasting(30, 7);

        assertThat(schedule.jobs()).isEqualTo(210);
        assertThat(schedule.dueAfter(0)).isZero();
        assertThat(schedule.dueAfter(7)).isEqualTo(Duration.ofSeconds(1).toNanos());
        assertThat(schedule.dueAfter(203)).isEqualTo(Duration.ofSeconds(29).toNanos());
        assertThat(schedule.length()).isEqualTo(Duration.ofSeconds(30));
    }

    @Test
    void a_job_that_could_only_be_sent_late_is_charged_from_when_it_was_due() {
        // Given two jobs, due at 0 and 5 ms, both seen at 40 ms because the first held up the line
        long[] due = {1_000_000_000L, 1_005_000_000L};
        long[] seen = {1_040_000_000L, 1_040_000_000L};
        Load.Round round = new Load.Round(1, 1_000_000_000L, 500.0, due, seen);

        // Then
        assertThat(round.latencyMillis()).containsExactly(40, 35);
        assertThat(round.jobsPerSecond()).isEqualTo(50);
        assertThat(round.wall(due)).containsExactly(500, 505);
    }

    @Test
    void hops_are_joined_by_job_and_their_means_add_up_to_the_whole_way() {
        // Given a way on which the second job was lost sight of
        double lost = Double.NaN;
        Hops way =
                new Hops()
                        .then("due", new double[] {0, 10, 20})
                        .then("intake", new double[] {2, lost, 24})
                        .then("seen", new double[] {10, 30, 40});

        // When
        List<Hops.Hop> hops = way.hops();

        // Then only the other two count, at every hop
        assertThat(way.complete()).containsExactly(0, 2);
        assertThat(hops)
                .extracting(Hops.Hop::name)
                .containsExactly("due_to_intake", "intake_to_seen");
        assertThat(hops.getFirst().millis()).containsExactly(2, 4);
        assertThat(hops.getLast().millis()).containsExactly(8, 16);
        assertThat(hops.stream().mapToDouble(Hops.Hop::mean).sum()).isEqualTo(15);
    }

    @Test
    void a_way_has_the_same_jobs_everywhere() {
        Hops way = new Hops().then("due", new double[2]);

        assertThatThrownBy(() -> way.then("intake", new double[3]))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void one_tenant_floods_and_the_others_send_as_before() {
        List<TenantLoad.Send> sends = TenantLoad.sends(5.6, 10, 20, Duration.ofSeconds(60));

        Map<Integer, Long> byTenant =
                sends.stream()
                        .collect(
                                Collectors.groupingBy(
                                        TenantLoad.Send::tenant, Collectors.counting()));
        assertThat(byTenant.get(0)).isEqualTo(6_720);
        assertThat(byTenant.get(1)).isEqualTo(byTenant.get(9)).isEqualTo(336);
        assertThat(sends)
                .isSortedAccordingTo(Comparator.comparingLong(TenantLoad.Send::afterNanos));
    }

    @Test
    void processor_time_is_read_past_a_name_with_blanks_and_parentheses() {
        String stat =
                "4711 (a (b) c) S 1 4711 4711 0 -1 4194560 900 50 0 0 120 30 7 5 20 0 40 0 1 2 3";

        assertThat(Cpu.parse(stat, false)).isEqualTo(150);
        assertThat(Cpu.parse(stat, true)).isEqualTo(162);
    }

    @Test
    void processor_time_of_a_job_leaves_out_what_idling_costs() {
        // Given 2 s in which a process that idles at 5 ms/s used 60 ms for 100 jobs
        Cpu before = new Cpu(Map.of("broker", 1_000L), 0);
        Cpu after = new Cpu(Map.of("broker", 1_060L), Duration.ofSeconds(2).toNanos());

        Map<String, Double> micros = after.perJobSince(before, Map.of("broker", 0.005), 100);

        assertThat(micros.get("broker")).isCloseTo(500, within(0.01));
        assertThat(after.rateSince(before).get("broker")).isCloseTo(0.03, within(1e-6));
    }

    @Test
    void what_neighbours_use_is_what_the_machine_did_and_none_of_ours() {
        // Given 10 s in which all processors were busy for 3 s, for us 2 s of them
        Neighbours before = new Neighbours(70_000, 1_500, 0);
        Neighbours after = new Neighbours(73_000, 3_500, Duration.ofSeconds(10).toNanos());

        // Then the other second is a twentieth of what two processors can do
        assertThat(before.share(after, 2)).isCloseTo(0.05, within(1e-9));
    }

    @Test
    void our_own_children_are_no_neighbours() throws Exception {
        // Given a child that keeps a processor busy until it ends
        Process child =
                new ProcessBuilder("sh", "-c", "i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done")
                        .start();
        long before = Cpu.withChildren();

        // When
        child.waitFor();

        // Then its time is still ours
        assertThat(Cpu.withChildren() - before).isPositive();
    }

    @Test
    void the_machine_is_busy_with_everything_but_idling_and_waiting() {
        String stat = "cpu  100 10 30 9000 500 3 7 2 0 0\ncpu0 1 1 1 1 1 1 1 1 0 0\n";

        assertThat(Cpu.parseMachine(stat)).isEqualTo(1_520);
    }

    @Test
    void this_process_has_used_the_processor() {
        assertThat(Cpu.of(Map.of("self", Cpu.ITSELF)).millis().get("self")).isPositive();
    }

    @Test
    void each_jobs_partition_has_a_tenant_of_its_own() {
        assertThat(BenchStack.onePerPartition(4)).hasSize(4).doesNotHaveDuplicates();
    }

    @Test
    void a_floor_record_carries_mark_and_tenant_and_has_its_size() {
        byte[] value = FloorRecord.of(new Mark(3, 19_999), 2, 1_300);

        assertThat(value).hasSize(1_300);
        assertThat(FloorRecord.mark(value)).isEqualTo(new Mark(3, 19_999));
        assertThat(FloorRecord.tenant(value)).isEqualTo(2);
    }

    @Test
    void the_floor_takes_four_hops_of_which_the_classifiers_two_are_transactions() {
        List<FloorHop> hops = FloorHop.all(List.of("a", "b"), List.of(10, 20, 30, 40, 50));

        assertThat(hops)
                .extracting(FloorHop::name, FloorHop::transactional, FloorHop::bytes)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple("intake-jobs", false, 20),
                        org.assertj.core.groups.Tuple.tuple("jobs-lane", true, 30),
                        org.assertj.core.groups.Tuple.tuple("lane-outcomes", false, 40),
                        org.assertj.core.groups.Tuple.tuple("outcomes-results", true, 50));
        assertThat(hops.getFirst().from()).hasSize(2);
    }
}
