package dev.millrace.workers.attempt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.catalog.EngineSpec;
import dev.millrace.catalog.Lane;
import dev.millrace.kit.telemetry.Hop;
import dev.millrace.kit.telemetry.Tracing;
import dev.millrace.v1.Cancelled;
import dev.millrace.v1.RoutedJob;
import dev.millrace.workers.attempt.AttemptEnd.Abandon;
import dev.millrace.workers.attempt.AttemptEnd.Report;
import dev.millrace.workers.attempt.AttemptEnd.Skip;
import dev.millrace.workers.engine.StopSignal.Reason;
import dev.millrace.workers.testing.Jobs;
import dev.millrace.workers.testing.ScriptedEngine;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.Random;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What becomes of jobs that are over before they begin. */
class AttemptTest {
    private static final RoutedJob JOB = Jobs.routed("job-1", "hello");

    private final ConsumerRecord<String, byte[]> record =
            new ConsumerRecord<>("lane", 0, 0, "job-1", new byte[0]);
    private final Lane lane =
            Jobs.lane(new EngineSpec.Echo(Duration.ZERO), 1, Duration.ofMinutes(1));
    private final ScriptedEngine engine = new ScriptedEngine();
    private final RunningJobs jobs = new RunningJobs();
    private final TimeLimits limits = new TimeLimits(System::nanoTime).start();
    private final Attempt attempt =
            new Attempt(
                    (topic, bytes) -> JOB,
                    jobs,
                    new OutcomeWriter("worker-1", Backoff.OF_ATTEMPTS, new Random(1)),
                    new TokenStream((topic, chunk) -> {}, System::nanoTime),
                    limits,
                    Clock.fixed(Jobs.NOW.plusSeconds(3), ZoneOffset.UTC),
                    Tracing.OFF);

    @AfterEach
    void stop() {
        limits.close();
    }

    @Test
    void aJobThatWasCancelledBeforeItBeganIsReportedWithNothingUsed() throws Exception {
        // Given
        jobs.over("job-1", Reason.CANCELLED);

        // When
        AttemptEnd end = run();

        // Then
        assertThat(end).isInstanceOf(Report.class);
        Report report = (Report) end;
        assertThat(report.outcome().getBody()).isEqualTo(new Cancelled("cancelled"));
        assertThat(report.outcome().getUsage().getInputTokens()).isZero();
        assertThat(report.outcome().getUsage().getOutputTokens()).isZero();
        assertThat(report.outcome().getTiming().getQueueMs()).isEqualTo(3_000);
        assertThat(report.outcome().getTiming().getModelMs()).isZero();
        assertThat(engine.started()).isEmpty();
    }

    @Test
    void aJobThatTheClassifierHasEndedAsExpiredIsDoneWithWithoutAWord() throws Exception {
        // Given
        jobs.over("job-1", Reason.EXPIRED);

        // When
        AttemptEnd end = run();

        // Then
        assertThat(end).isEqualTo(new Skip("deadline"));
        assertThat(engine.started()).isEmpty();
    }

    @Test
    void aJobThatIsAboutToBeginWhenTheWorkerLeavesIsLeftToAnother() throws Exception {
        // Given
        jobs.over("job-1", Reason.LEAVING);

        // When
        AttemptEnd end = run();

        // Then it is not finished: nobody has run it
        assertThat(end).isEqualTo(new Abandon());
        assertThat(engine.started()).isEmpty();
    }

    private AttemptEnd run() throws InterruptedException {
        try (Hop hop = attempt.begin(record, lane)) {
            return attempt.run(record, hop, engine, lane);
        }
    }
}
