package dev.millrace.workers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.catalog.EngineSpec;
import dev.millrace.stack.testing.TestServer;
import dev.millrace.stack.testing.TestStack;
import dev.millrace.v1.Band;
import dev.millrace.workers.testing.Jobs;
import dev.millrace.workers.testing.LaneRig;
import dev.millrace.workers.testing.ScriptedEngine;
import java.time.Duration;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/** What a worker does while the broker is away. */
@Isolated("it kills the broker that all share")
class LaneWorkerOutageIT {
    private final ScriptedEngine engine = new ScriptedEngine();
    private final TestServer broker = TestStack.shared().broker();
    private LaneRig rig;

    @BeforeEach
    void start() throws Exception {
        rig = new LaneRig();
    }

    @AfterEach
    void stop() {
        broker.start();
        rig.close();
    }

    @Test
    void anOutcomeThatIsReadyWhileTheBrokerIsDownComesThroughOnce() throws Exception {
        // Given
        rig.publish(Jobs.lane(new EngineSpec.Echo(Duration.ZERO), 2, Duration.ofMinutes(2)));
        WorkerProcess worker = rig.worker(spec -> engine);
        rig.route(Band.STANDARD, 0, "before", "quick");
        rig.route(Band.STANDARD, 0, "during", "hold during");
        rig.route(Band.STANDARD, 1, "behind", "quick");
        soon().until(() -> rig.outcomes().size() == 2);

        // When
        broker.kill();
        engine.letGo("during");
        await().pollDelay(Duration.ofSeconds(3)).until(() -> true);
        broker.start();

        // Then
        soon().until(() -> rig.outcomesByJob().containsKey("during"));
        rig.route(Band.STANDARD, 1, "after", "quick");
        soon().until(() -> rig.outcomesByJob().containsKey("after"));
        soon().until(() -> rig.lag() == 0);
        soon().until(() -> worker.trouble().isEmpty());
        assertThat(rig.outcomesByJob().values()).containsOnly(1L);
    }

    private static ConditionFactory soon() {
        return await().atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(100))
                .ignoreExceptions();
    }
}
