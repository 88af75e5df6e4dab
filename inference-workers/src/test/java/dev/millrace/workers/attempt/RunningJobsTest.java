package dev.millrace.workers.attempt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.workers.engine.StopSignal;
import dev.millrace.workers.engine.StopSignal.Reason;
import org.junit.jupiter.api.Test;

class RunningJobsTest {
    private final RunningJobs jobs = new RunningJobs();

    @Test
    void aRunningJobIsStoppedWhenItIsOver() {
        // Given
        StopSignal signal = jobs.begin("a");
        StopSignal other = jobs.begin("b");

        // When
        jobs.over("a", Reason.CANCELLED);

        // Then
        assertThat(signal.reason()).contains(Reason.CANCELLED);
        assertThat(other.isStopped()).isFalse();
    }

    @Test
    void aJobThatWasOverBeforeDoesNotStart() {
        // When
        jobs.over("a", Reason.EXPIRED);

        // Then
        assertThat(jobs.begin("a").reason()).contains(Reason.EXPIRED);
    }

    @Test
    void aLeavingWorkerStopsWhatRuns() {
        // Given
        StopSignal running = jobs.begin("a");
        StopSignal ended = jobs.begin("b");
        jobs.end("b", ended);

        // When
        jobs.leave();

        // Then
        assertThat(running.reason()).contains(Reason.LEAVING);
        assertThat(ended.isStopped()).isFalse();
    }

    @Test
    void theFirstReasonStays() {
        // Given
        StopSignal signal = jobs.begin("a");
        signal.stop(Reason.ATTEMPT_TIMEOUT);

        // When
        jobs.over("a", Reason.CANCELLED);

        // Then
        assertThat(signal.reason()).contains(Reason.ATTEMPT_TIMEOUT);
    }
}
