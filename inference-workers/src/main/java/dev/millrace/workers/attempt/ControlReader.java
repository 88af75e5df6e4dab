package dev.millrace.workers.attempt;

import dev.millrace.kit.Connection;
import dev.millrace.kit.TopicReader;
import dev.millrace.topics.Topics;
import dev.millrace.v1.ControlEvent;
import dev.millrace.workers.engine.StopSignal.Reason;
import java.time.Clock;
import java.time.Duration;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Hears the classifier's words about jobs that are over, from a few minutes ago on, so that those
 * that are here stop. What it misses costs only work that nobody needs.
 */
public final class ControlReader implements AutoCloseable {
    private static final Duration LOOK_BACK = Duration.ofMinutes(10);

    private final BiConsumer<String, Reason> over;
    private final TopicReader reader;

    /**
     * @param over told of a job, by its id, that is over, and why
     */
    public ControlReader(Connection connection, BiConsumer<String, Reason> over, Clock clock) {
        this.over = over;
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
            over.accept(event.getJobId(), reason);
        }
    }
}
