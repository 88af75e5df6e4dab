package dev.millrace.workers.attempt;

import dev.millrace.kit.Connection;
import dev.millrace.kit.TopicReader;
import dev.millrace.topics.Topics;
import dev.millrace.v1.ControlEvent;
import dev.millrace.workers.engine.StopSignal.Reason;
import java.time.Clock;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Hears the classifier's words about jobs that are over, from a few minutes ago on, and stops those
 * that run here. What it misses costs only work that nobody needs.
 */
public final class ControlReader implements AutoCloseable {
    private static final Duration LOOK_BACK = Duration.ofMinutes(10);

    private final RunningJobs jobs;
    private final TopicReader reader;

    public ControlReader(Connection connection, RunningJobs jobs, Clock clock) {
        this.jobs = jobs;
        this.reader =
                TopicReader.since(LOOK_BACK, "control", connection, clock)
                        .of(Topics.CONTROL, (job, event, live) -> accept(event));
    }

    public ControlReader start() {
        reader.start();
        return this;
    }

    @Override
    public void close() {
        reader.close();
    }

    private void accept(@Nullable ControlEvent event) {
        if (event != null) {
            Reason reason = event.getKind().equals("expired") ? Reason.EXPIRED : Reason.CANCELLED;
            jobs.over(event.getJobId(), reason);
        }
    }
}
