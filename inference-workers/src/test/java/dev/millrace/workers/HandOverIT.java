package dev.millrace.workers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.catalog.EngineSpec;
import dev.millrace.v1.Band;
import dev.millrace.workers.testing.Jobs;
import dev.millrace.workers.testing.LaneRig;
import dev.millrace.workers.testing.ScriptedEngine;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Workers come and go in good order while jobs run, and no job runs twice. */
class HandOverIT {
    private final ScriptedEngine engine = new ScriptedEngine();
    private final Random random = new Random(7);
    private LaneRig rig;
    private int jobs;

    @BeforeEach
    void start() throws Exception {
        rig = new LaneRig();
        rig.publish(Jobs.lane(new EngineSpec.Echo(Duration.ZERO), 4, Duration.ofMinutes(1)));
    }

    @AfterEach
    void stop() {
        rig.close();
    }

    @Test
    void scalingFromOneToThreeAndBackUnderLoadRunsEveryJobOnce() throws Exception {
        // Given a worker under load, with one long job among the short ones
        WorkerProcess first = rig.worker(spec -> engine);
        route("sleep 7000");
        load(40);

        // When
        WorkerProcess second = rig.worker(spec -> engine);
        rig.worker(spec -> engine);
        load(120);
        List<Thread> leaving = new ArrayList<>();
        leaving.add(Thread.ofVirtual().start(first::close));
        load(60);
        leaving.add(Thread.ofVirtual().start(second::close));
        load(60);

        // Then
        soon().until(() -> rig.outcomesByJob().size() == jobs);
        for (Thread each : leaving) {
            assertThat(each.join(Duration.ofSeconds(30))).isTrue();
        }
        soon().until(() -> rig.lag() == 0);
        assertThat(rerun()).isEmpty();
        assertThat(rig.outcomesByJob().values()).containsOnly(1L);
    }

    @Test
    void theNewOwnerWaitsOnlyForWhatTheFormerOneStillRuns() throws Exception {
        // Given two partitions with a long job each, and short ones behind them
        WorkerProcess first = rig.worker(spec -> engine);
        rig.route(Band.STANDARD, 0, "long-0", "hold 0");
        rig.route(Band.STANDARD, 1, "long-1", "hold 1");
        soon().until(() -> engine.started().size() == 2);

        // When a second worker takes partitions over
        ScriptedEngine other = new ScriptedEngine();
        WorkerProcess second = rig.worker(spec -> other);
        soon().until(() -> second.trouble().isEmpty());
        for (int i = 0; i < 40; i++) {
            rig.route(Band.values()[i % 3], i / 3 % LaneRig.PARTITIONS, "short-" + i, "quick");
        }

        // Then those behind the long ones run, and the long ones are left to the first
        soon().until(() -> rig.outcomesByJob().size() == 40);
        assertThat(other.started()).isNotEmpty().doesNotContain("hold 0", "hold 1");
        engine.letGo("0");
        engine.letGo("1");
        soon().until(() -> rig.outcomesByJob().size() == 42);
        soon().until(() -> rig.lag() == 0);
        assertThat(other.started()).doesNotContain("hold 0", "hold 1");
        assertThat(rig.outcomesByJob().values()).containsOnly(1L);
        first.close();
        assertThat(second.trouble()).isEmpty();
    }

    @Test
    void whatALeavingWorkerGivesUpIsRunByTheNewOwner() throws Exception {
        // Given jobs that their first worker will not finish in time
        WorkerProcess first = rig.worker(spec -> engine, Duration.ofMillis(200));
        for (int partition = 0; partition < LaneRig.PARTITIONS; partition++) {
            rig.route(Band.STANDARD, partition, "stuck-" + partition, "hold a" + partition);
            rig.route(Band.INTERACTIVE, partition, "stuck-i" + partition, "hold b" + partition);
        }
        soon().until(() -> engine.started().size() == 4);

        // When it leaves after some of their partitions have moved
        ScriptedEngine other = new ScriptedEngine();
        List.of("a0", "a1", "b0", "b1").forEach(other::letGo);
        rig.worker(spec -> other);
        soon().until(
                        () -> {
                            route("quick");
                            return other.started().size() > 4;
                        });
        assertThat(other.started()).noneMatch(prompt -> prompt.startsWith("hold"));
        first.close();

        // Then
        soon().until(() -> rig.outcomesByJob().size() == jobs + 4);
        soon().until(() -> rig.lag() == 0);
        assertThat(rig.outcomesByJob().values()).containsOnly(1L);
        assertThat(other.started()).contains("hold a0", "hold a1", "hold b0", "hold b1");
    }

    private void load(int count) throws InterruptedException {
        for (int i = 0; i < count; i++) {
            route("sleep " + (50 + random.nextInt(350)));
            Thread.sleep(20);
        }
    }

    private void route(String prompt) {
        int i = jobs++;
        rig.route(
                Band.values()[i % 3],
                random.nextInt(LaneRig.PARTITIONS),
                "job-" + i,
                prompt + " job-" + i);
    }

    /** Prompts that were started more than once. */
    private List<String> rerun() {
        return engine.started().stream()
                .collect(Collectors.groupingBy(each -> each, Collectors.counting()))
                .entrySet()
                .stream()
                .filter(each -> each.getValue() > 1)
                .map(Map.Entry::getKey)
                .toList();
    }

    private static ConditionFactory soon() {
        return await().atMost(Duration.ofSeconds(30)).pollInterval(Duration.ofMillis(50));
    }
}
