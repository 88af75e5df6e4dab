package dev.millrace.workers;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.catalog.EngineSpec;
import dev.millrace.catalog.Lane;
import dev.millrace.job.Answers;
import dev.millrace.v1.Band;
import dev.millrace.v1.Cancelled;
import dev.millrace.v1.Outcome;
import dev.millrace.v1.Retry;
import dev.millrace.workers.engine.EngineStarter;
import dev.millrace.workers.engine.EngineStarter.EngineUnavailableException;
import dev.millrace.workers.testing.Jobs;
import dev.millrace.workers.testing.LaneRig;
import dev.millrace.workers.testing.ScriptedEngine;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The worker on a real broker; jobs come in transactions, as the classifier writes them. */
class LaneWorkerIT {
    private static final EngineSpec ENGINE = new EngineSpec.Echo(Duration.ZERO);
    private static final EngineSpec OTHER = new EngineSpec.Echo(Duration.ofMillis(1));

    private final ScriptedEngine engine = new ScriptedEngine();
    private LaneRig rig;

    @BeforeEach
    void start() throws Exception {
        rig = new LaneRig();
    }

    @AfterEach
    void stop() {
        rig.close();
    }

    @Test
    void aSlowJobHoldsUpNobodyAndFinishesOutOfOrder() throws Exception {
        // Given a job that does not end, and many behind it in the same partition
        rig.publish(lane(4, Duration.ofMinutes(1)));
        rig.worker(engines());
        rig.route(Band.STANDARD, 0, "slow", "hold slow");
        for (int i = 0; i < 40; i++) {
            rig.route(Band.STANDARD, 0, "quick-" + i, "quick");
        }

        // When
        soon().until(() -> rig.outcomes().size() == 40);

        // Then the commit stands at the slow job, and says what is finished beyond it
        assertThat(rig.outcomesByJob()).doesNotContainKey("slow");
        soon().untilAsserted(
                        () -> {
                            OffsetAndMetadata committed =
                                    requireNonNull(
                                            rig.committed().get(rig.partition(Band.STANDARD, 0)));
                            assertThat(committed.offset()).isZero();
                            assertThat(committed.metadata()).startsWith("mr2:");
                        });
        engine.letGo("slow");
        soon().until(() -> rig.outcomesByJob().containsKey("slow"));
        soon().until(() -> rig.lag() == 0);
        assertThat(rig.outcomesByJob().values()).containsOnly(1L);
    }

    @Test
    void anIdleLaneShowsNoLagBehindTransactionMarkersOnAllBands() throws Exception {
        // Given
        rig.publish(lane(2, Duration.ofMinutes(1)));
        WorkerProcess worker = rig.worker(engines());

        // When
        for (int i = 0; i < 12; i++) {
            rig.route(Band.values()[i % 3], i % LaneRig.PARTITIONS, "job-" + i, "hello " + i);
        }

        // Then
        soon().until(() -> rig.outcomes().size() == 12);
        soon().until(() -> rig.lag() == 0);
        assertThat(rig.ends().values().stream().mapToLong(Long::longValue).sum()).isEqualTo(24);
        assertThat(worker.trouble()).isEmpty();
    }

    @Test
    void anOutcomeCarriesTheAnswerItsTokensAndItsTimes() throws Exception {
        // Given
        rig.publish(lane(1, Duration.ofMinutes(1)));
        rig.worker(engines());

        // When
        rig.route(Band.INTERACTIVE, 1, "job", "what?");

        // Then
        soon().until(() -> rig.outcomes().size() == 1);
        Outcome outcome = rig.outcomes().getFirst();
        assertThat(outcome.getBody()).isEqualTo(Answers.of("answer to what?", "stop"));
        assertThat(outcome.getTenant()).isEqualTo("acme");
        assertThat(outcome.getModel()).isEqualTo("test-model");
        assertThat(outcome.getUsage().getInputTokens()).isEqualTo(3);
        assertThat(outcome.getUsage().getReasoningTokens()).isEqualTo(1);
        assertThat(outcome.getTiming().getQueueMs()).isNotNegative();
    }

    @Test
    void aWorkerThatGivesUpRunningJobsLeavesOnlyThoseToTheNext() throws Exception {
        // Given a worker with one job that does not end, and finished ones around it
        rig.publish(lane(4, Duration.ofMinutes(1)));
        WorkerProcess first = rig.worker(engines(), Duration.ZERO);
        rig.route(Band.STANDARD, 0, "before", "quick");
        rig.route(Band.STANDARD, 0, "stuck", "hold stuck");
        for (int i = 0; i < 10; i++) {
            rig.route(Band.STANDARD, 0, "after-" + i, "quick");
        }
        soon().until(() -> rig.outcomes().size() == 11);

        // When
        first.close();
        ScriptedEngine next = new ScriptedEngine();
        next.letGo("stuck");
        rig.worker(spec -> next);

        // Then
        soon().until(() -> rig.outcomes().size() >= 12);
        soon().until(() -> rig.lag() == 0);
        assertThat(next.started()).containsExactly("hold stuck");
        assertThat(rig.outcomesByJob().values()).containsOnly(1L);
    }

    @Test
    void aDrainingWorkerFinishesWhatRunsAndStartsNothing() throws Exception {
        // Given
        rig.publish(lane(1, Duration.ofMinutes(1)));
        WorkerProcess first = rig.worker(engines());
        rig.route(Band.STANDARD, 0, "running", "sleep 1500");
        rig.route(Band.STANDARD, 0, "waiting", "quick");
        soon().until(() -> engine.started().size() == 1);

        // When
        first.close();

        // Then
        assertThat(engine.started()).containsExactly("sleep 1500");
        assertThat(rig.outcomesByJob()).containsOnlyKeys("running");
        ScriptedEngine next = new ScriptedEngine();
        rig.worker(spec -> next);
        soon().until(() -> rig.outcomesByJob().containsKey("waiting"));
        soon().until(() -> rig.lag() == 0);
        assertThat(next.started()).containsExactly("quick");
    }

    @Test
    void workersComeAndGoAndEveryJobHasItsOutcome() throws Exception {
        // Given
        rig.publish(lane(2, Duration.ofMinutes(1)));
        WorkerProcess first = rig.worker(engines());
        rig.route(Band.STANDARD, 0, "long-0", "sleep 2500");
        rig.route(Band.STANDARD, 1, "long-1", "sleep 2500");
        soon().until(() -> engine.started().size() == 2);

        // When a second comes while both run, and the first leaves
        rig.worker(engines());
        for (int i = 0; i < 60; i++) {
            rig.route(Band.values()[i % 3], i % LaneRig.PARTITIONS, "job-" + i, "quick");
        }
        first.close();
        rig.worker(engines());

        // Then
        soon().until(() -> rig.outcomesByJob().size() == 62);
        soon().until(() -> rig.lag() == 0);
        assertThat(rig.outcomesByJob().values()).containsOnly(1L);
    }

    @Test
    void slotsAndEngineFollowTheCatalogWithoutARestart() throws Exception {
        // Given
        ScriptedEngine swapped = new ScriptedEngine();
        rig.publish(lane(1, Duration.ofMinutes(1)));
        rig.worker(spec -> spec.equals(OTHER) ? swapped : engine);
        for (int i = 0; i < 3; i++) {
            rig.route(Band.STANDARD, 0, "job-" + i, "hold gate");
        }
        soon().until(() -> engine.started().size() == 1);

        // When
        rig.publish(lane(3, Duration.ofMinutes(1)));

        // Then
        soon().until(() -> engine.started().size() == 3);
        rig.publish(Jobs.lane(OTHER, 3, Duration.ofMinutes(1)));
        rig.route(Band.STANDARD, 1, "on-the-new-one", "quick");
        engine.letGo("gate");
        soon().until(() -> rig.outcomes().size() == 4);
        assertThat(swapped.started()).containsExactly("quick");
        soon().until(engine::isClosed);
    }

    @Test
    void aLaneThatIsNotThereYetIsWaitedFor() throws Exception {
        // Given
        WorkerProcess worker = rig.worker(engines());
        rig.route(Band.STANDARD, 0, "early", "quick");
        soon().until(() -> worker.trouble().orElse("").contains("catalog"));

        // When
        rig.publish(lane(1, Duration.ofMinutes(1)));

        // Then
        soon().until(() -> rig.outcomesByJob().containsKey("early"));
        soon().until(() -> worker.trouble().isEmpty());
    }

    @Test
    void anEngineThatCannotStartFailsNoJob() throws Exception {
        // Given
        AtomicBoolean repaired = new AtomicBoolean();
        rig.publish(lane(1, Duration.ofMinutes(1)));
        WorkerProcess worker =
                rig.worker(
                        spec -> {
                            if (!repaired.get()) {
                                throw new EngineUnavailableException("the model file is not there");
                            }
                            return engine;
                        });
        rig.route(Band.STANDARD, 0, "patient", "quick");
        soon().until(() -> worker.trouble().orElse("").contains("model file"));
        assertThat(rig.outcomes()).isEmpty();

        // When
        repaired.set(true);

        // Then
        soon().until(() -> rig.outcomesByJob().containsKey("patient"));
        assertThat(worker.trouble()).isEmpty();
    }

    @Test
    void aCancelledJobStopsWhereverItIs() throws Exception {
        // Given
        rig.publish(lane(1, Duration.ofMinutes(1)));
        rig.worker(engines());
        rig.route(Band.STANDARD, 0, "running", "hold running");
        rig.route(Band.STANDARD, 0, "waiting", "never");
        soon().until(() -> engine.started().size() == 1);

        // When
        rig.end("waiting", "cancelled");

        // Then the one that waits is reported while its slot is still taken
        soon().until(() -> rig.outcomes().size() == 1);
        Outcome unrun = rig.outcomes().getFirst();
        assertThat(rig.name(unrun)).isEqualTo("waiting");
        assertThat(unrun.getBody()).isEqualTo(new Cancelled("cancelled"));
        assertThat(unrun.getUsage().getInputTokens()).isZero();
        assertThat(unrun.getUsage().getOutputTokens()).isZero();

        // When
        rig.end("running", "cancelled");

        // Then
        soon().until(() -> rig.outcomes().size() == 2);
        Outcome stopped = rig.outcomes().getLast();
        assertThat(rig.name(stopped)).isEqualTo("running");
        assertThat(stopped.getBody()).isEqualTo(new Cancelled("cancelled"));
        assertThat(stopped.getUsage().getOutputTokens()).as("what it had used").isEqualTo(2);
        soon().until(() -> rig.lag() == 0);
        assertThat(engine.started()).doesNotContain("never");
    }

    @Test
    void timeEndsAttempts() throws Exception {
        // Given
        rig.publish(lane(4, Duration.ofMillis(800)));
        WorkerProcess worker = rig.worker(engines());
        soon().until(() -> worker.trouble().isEmpty());

        // When
        rig.route(Band.STANDARD, 0, "past-its-deadline", "never", Duration.ofSeconds(-1));
        rig.route(Band.STANDARD, 0, "over-the-limit", "hold a");
        rig.route(Band.STANDARD, 0, "into-the-deadline", "hold b", Duration.ofMillis(700));

        // Then
        soon().until(() -> rig.outcomes().size() == 2);
        Map<String, String> codes =
                Map.of(
                        "over-the-limit",
                        "attempt_timeout",
                        "into-the-deadline",
                        "deadline_exceeded");
        assertThat(rig.outcomes())
                .allSatisfy(
                        outcome -> {
                            Retry retry = (Retry) outcome.getBody();
                            assertThat(retry.getError().getCode())
                                    .isEqualTo(codes.get(rig.name(outcome)));
                            assertThat(retry.getRouted().getJobId()).isEqualTo(outcome.getJobId());
                        });
        soon().until(() -> rig.lag() == 0);
        assertThat(engine.started()).doesNotContain("never");
    }

    @Test
    void aRecordThatCannotBeReadIsSetAsideOnceAndTheLaneGoesOn() throws Exception {
        // Given
        rig.publish(lane(1, Duration.ofMinutes(1)));
        rig.worker(engines());

        // When
        rig.poison(Band.STANDARD, 0);
        rig.route(Band.STANDARD, 0, "good", "quick");

        // Then
        soon().until(() -> rig.outcomesByJob().containsKey("good"));
        soon().until(() -> rig.lag() == 0);
        assertThat(rig.deadLetters())
                .containsExactly(rig.partition(Band.STANDARD, 0).topic() + "/0/0");
    }

    @Test
    void aBacklogOfOneBandDoesNotShutOutTheOthers() throws Exception {
        // Given a backlog of overflow before the worker comes
        rig.publish(lane(1, Duration.ofMinutes(1)));
        for (int i = 0; i < 60; i++) {
            rig.route(Band.OVERFLOW, i % 2, "overflow-" + i, "sleep 20 overflow");
        }
        for (int i = 0; i < 5; i++) {
            rig.route(Band.INTERACTIVE, i % 2, "interactive-" + i, "sleep 20 interactive");
        }

        // When
        rig.worker(engines());

        // Then
        soon().until(() -> rig.outcomes().size() == 65);
        List<Integer> interactive =
                IntStream.range(0, 65)
                        .filter(i -> engine.started().get(i).endsWith("interactive"))
                        .boxed()
                        .toList();
        assertThat(interactive.getLast())
                .as("when the last interactive job started")
                .isLessThan(40);
    }

    private EngineStarter engines() {
        return spec -> engine;
    }

    private static Lane lane(int slots, Duration attemptTimeout) {
        return Jobs.lane(ENGINE, slots, attemptTimeout);
    }

    private static ConditionFactory soon() {
        return await().atMost(Duration.ofSeconds(30)).pollInterval(Duration.ofMillis(50));
    }
}
