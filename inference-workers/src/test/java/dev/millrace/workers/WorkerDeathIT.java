package dev.millrace.workers;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.catalog.EngineSpec;
import dev.millrace.v1.Band;
import dev.millrace.v1.Outcome;
import dev.millrace.v1.Retry;
import dev.millrace.workers.intake.OffsetHint;
import dev.millrace.workers.testing.Jobs;
import dev.millrace.workers.testing.LaneRig;
import dev.millrace.workers.testing.ScriptedEngine;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Workers in processes of their own are killed, frozen, or die of a job. */
class WorkerDeathIT {
    private LaneRig rig;

    @BeforeEach
    void start() throws Exception {
        rig = new LaneRig();
        rig.sessionTimeout(Duration.ofSeconds(2));
        rig.publish(Jobs.lane(new EngineSpec.Echo(Duration.ZERO), 4, Duration.ofMinutes(2)));
    }

    @AfterEach
    void stop() {
        rig.close();
    }

    @Test
    void aFormerOwnerThatDiesDuringTheHandOverLosesNothing() throws Exception {
        // Given a worker with four jobs that it does not end, some on partitions that have moved
        Process former = rig.child();
        for (int partition = 0; partition < LaneRig.PARTITIONS; partition++) {
            rig.route(Band.STANDARD, partition, "long-a" + partition, "hold a" + partition);
            rig.route(Band.INTERACTIVE, partition, "long-b" + partition, "hold b" + partition);
        }
        soon().until(() -> notes() == 4);
        ScriptedEngine engine = new ScriptedEngine();
        List.of("a0", "a1", "b0", "b1").forEach(engine::letGo);
        rig.worker(spec -> engine);
        soon().until(
                        () -> {
                            for (Band band : Band.values()) {
                                rig.route(band, 0, "short-" + System.nanoTime(), "quick");
                                rig.route(band, 1, "short-" + System.nanoTime(), "quick");
                            }
                            return engine.started().contains("quick");
                        });
        assertThat(engine.started()).containsOnly("quick");

        // When
        former.destroyForcibly().waitFor(10, TimeUnit.SECONDS);

        // Then
        soon().until(
                        () ->
                                rig.outcomesByJob()
                                        .keySet()
                                        .containsAll(
                                                List.of(
                                                        "long-a0", "long-a1", "long-b0",
                                                        "long-b1")));
        soon().until(() -> rig.lag() == 0);
        assertThat(rig.outcomesByJob().values()).containsOnly(1L);
    }

    @Test
    void aWorkerThatWasFrozenForTooLongCommitsNothingOverTheNewOwner() throws Exception {
        // Given a worker that freezes with a job, which another takes over and finishes
        Process frozen = rig.child();
        rig.route(Band.STANDARD, 0, "slow", "sleep 3000");
        soon().until(() -> notes() == 1);
        signal(frozen, "STOP");
        ScriptedEngine engine = new ScriptedEngine();
        rig.worker(spec -> engine);
        for (int i = 0; i < 5; i++) {
            rig.route(Band.STANDARD, 0, "later-" + i, "quick");
        }
        soon().until(() -> rig.outcomesByJob().size() == 6);
        soon().until(() -> rig.lag() == 0);
        Map<TopicPartition, OffsetAndMetadata> before = rig.committed();

        // When it goes on
        signal(frozen, "CONT");

        // Then its late outcome comes, and what was committed stands
        soon().until(() -> rig.outcomesByJob().getOrDefault("slow", 0L) == 2);
        for (int i = 0; i < 10; i++) {
            Map<TopicPartition, OffsetAndMetadata> now = rig.committed();
            before.forEach(
                    (partition, offset) ->
                            assertThat(requireNonNull(now.get(partition)).offset())
                                    .isGreaterThanOrEqualTo(offset.offset()));
            rig.route(Band.STANDARD, i % 2, "after-" + i, "quick");
        }
        soon().until(() -> rig.outcomesByJob().size() == 16);
        soon().until(() -> rig.lag() == 0);
        // what had been on its way to it when it froze it may still run; what came since it may not
        assertThat(rig.outcomesByJob())
                .allSatisfy(
                        (job, outcomes) ->
                                assertThat(outcomes)
                                        .isBetween(1L, job.startsWith("after-") ? 1L : 2L));
    }

    @Test
    void aJobThatKillsItsWorkersEndsAfterThreeFailuresWhileOthersGoOn() throws Exception {
        // Given two workers that are started again whenever they die
        Supervised one = new Supervised();
        Supervised two = new Supervised();
        for (int i = 0; i < 20; i++) {
            rig.route(Band.STANDARD, i % 2, "before-" + i, "sleep 300");
        }
        rig.route(Band.STANDARD, 0, "poison", "halt");

        // When
        int others = 20;
        int failures = 0;
        long end = System.nanoTime() + Duration.ofMinutes(3).toNanos();
        while (failures < 3 && System.nanoTime() < end) {
            one.look();
            two.look();
            rig.route(Band.STANDARD, others % 2, "meanwhile-" + others++, "sleep 100");
            List<Outcome> ofPoison = rig.outcomes().stream().filter(this::isPoison).toList();
            if (ofPoison.size() > failures) {
                failures = ofPoison.size();
                if (failures < 3) {
                    rig.routeAgain(ofPoison.getLast(), Band.STANDARD, 0);
                }
            }
            TimeUnit.MILLISECONDS.sleep(100);
        }

        // Then each failure was counted once, and the others all have their outcome
        assertThat(rig.outcomes().stream().filter(this::isPoison))
                .hasSize(3)
                .allSatisfy(
                        outcome ->
                                assertThat(((Retry) outcome.getBody()).getError().getCode())
                                        .isEqualTo("worker_died"))
                .extracting(Outcome::getAttempt)
                .containsExactly(1, 2, 3);
        int deaths = one.deaths + two.deaths;
        int all = others + 1;
        soon().until(
                        () -> {
                            one.look();
                            two.look();
                            return rig.outcomesByJob().size() == all;
                        });
        soon().until(() -> rig.lag() == 0);
        assertThat(deaths).as("workers that died of it").isBetween(3, 9);
        assertThat(one.deaths + two.deaths).as("nor did one afterwards").isEqualTo(deaths);
    }

    private boolean isPoison(Outcome outcome) {
        return rig.name(outcome).equals("poison");
    }

    /** How many records the commits say to be unfinished. */
    private int notes() throws Exception {
        return rig.committed().values().stream()
                .mapToInt(
                        each ->
                                OffsetHint.decode(each.offset(), each.metadata())
                                        .unfinished()
                                        .size())
                .sum();
    }

    private static void signal(Process process, String name) throws Exception {
        int exit =
                new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                        .start()
                        .waitFor();
        assertThat(exit).isZero();
    }

    private static ConditionFactory soon() {
        return await().atMost(Duration.ofSeconds(60)).pollInterval(Duration.ofMillis(100));
    }

    /** A child that is there again after it died. */
    private final class Supervised {
        private final List<Process> lives = new ArrayList<>();
        private int deaths;

        Supervised() throws IOException {
            lives.add(rig.child());
        }

        void look() throws IOException {
            if (!lives.getLast().isAlive()) {
                deaths++;
                lives.add(rig.child());
            }
        }
    }
}
