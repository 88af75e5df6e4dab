package dev.millrace.kit.streams;

import java.time.Duration;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.ProcessingContext;

/**
 * Has one task's work committed at the {@link CommitPace}. The stream's {@code poll.ms} should not
 * be above {@link #LOOK}: a thread that polls looks at nothing.
 */
public final class EarlyCommits {
    /**
     * How often work that was too early to be committed is looked at again, where no other comes:
     * an idle thread's cost is this often a look.
     */
    public static final Duration LOOK = Duration.ofMillis(20);

    private final CommitPace pace;
    private final Runnable commit;
    private boolean worked;
    private long after;

    EarlyCommits(CommitPace pace, Runnable commit) {
        this.pace = pace;
        this.commit = commit;
    }

    /** Call from a processor's init, on its thread. */
    public static EarlyCommits of(CommitPace pace, ProcessingContext context) {
        EarlyCommits early = new EarlyCommits(pace, context::commit);
        context.schedule(LOOK, PunctuationType.WALL_CLOCK_TIME, now -> early.look());
        return early;
    }

    /** Something was done that others wait for. */
    public void worked() {
        worked = true;
        after = pace.transactions();
        ask();
    }

    /** Time has passed. */
    void look() {
        if (worked && after != pace.transactions()) {
            worked = false;
        } else if (worked) {
            ask();
        }
    }

    private void ask() {
        if (pace.isDue()) {
            commit.run();
        }
    }
}
