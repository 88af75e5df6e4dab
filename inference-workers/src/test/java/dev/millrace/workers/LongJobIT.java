package dev.millrace.workers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.catalog.EngineSpec;
import dev.millrace.v1.Band;
import dev.millrace.workers.testing.Jobs;
import dev.millrace.workers.testing.LaneRig;
import dev.millrace.workers.testing.ScriptedEngine;
import java.time.Duration;
import java.util.Collections;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.Test;

/** A job that runs for longer than a consumer may go without polling. */
class LongJobIT {

    @Test
    void aJobBeyondThePollIntervalRunsOnceWithoutARebalanceAndDelaysNobody() throws Exception {
        try (LaneRig rig = new LaneRig(Map.of("max.poll.interval.ms", "2000"))) {
            // Given
            ScriptedEngine engine = new ScriptedEngine();
            rig.publish(Jobs.lane(new EngineSpec.Echo(Duration.ZERO), 4, Duration.ofMinutes(1)));
            WorkerProcess worker = rig.worker(spec -> engine);
            soon().until(() -> worker.trouble().isEmpty());
            rig.route(Band.STANDARD, 0, "long", "sleep 8000 long");
            soon().until(() -> engine.started().contains("sleep 8000 long"));
            double before = rig.rebalances();

            // When short ones come behind it in its partition all the time
            int shorts = 0;
            while (!rig.outcomesByJob().containsKey("long")) {
                rig.route(Band.STANDARD, 0, "short-" + shorts++, "sleep 10");
                TimeUnit.MILLISECONDS.sleep(50);
            }

            // Then
            int all = shorts + 1;
            soon().until(() -> rig.outcomesByJob().size() == all);
            soon().until(() -> rig.lag() == 0);
            assertThat(Collections.frequency(engine.started(), "sleep 8000 long")).isEqualTo(1);
            assertThat(rig.rebalances()).isEqualTo(before);
            assertThat(rig.outcomes())
                    .filteredOn(outcome -> !rig.name(outcome).equals("long"))
                    .allSatisfy(
                            outcome ->
                                    assertThat(outcome.getTiming().getQueueMs()).isLessThan(3_000));
        }
    }

    private static ConditionFactory soon() {
        return await().atMost(Duration.ofSeconds(30)).pollInterval(Duration.ofMillis(50));
    }
}
