package dev.millrace.bench;

import dev.millrace.bench.Load.Round;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * How near a worker comes to what its slots could do at most: slots over the engine's time. Where
 * the engine takes no time, and for one slot, the bare loop stands for that.
 */
final class SlotsBench {
    private static final int[] DELAYS = {0, 50, 500};
    private static final int[] SLOTS = {1, 16, 256};

    /** Long enough that beginning and end weigh little. */
    private static final Duration LENGTH = Duration.ofSeconds(8);

    /** Until a running worker has heard of a catalog. */
    private static final Duration CATALOG = Duration.ofSeconds(2);

    private final Plan plan;
    private final Figures figures;
    private final Progress progress;

    SlotsBench(Plan plan, Figures figures, Progress progress) {
        this.plan = plan;
        this.figures = figures;
        this.progress = progress;
    }

    void run(LaneStack stack, LaneLine line)
            throws IOException, InterruptedException, TimeoutException {
        for (int delay : DELAYS) {
            double bare = bare(stack, delay);
            for (int slots : SLOTS) {
                stack.apply(LaneBench.catalog(delay, slots));
                TimeUnit.NANOSECONDS.sleep(CATALOG.toNanos());
                String name = "slots.%dms_x%d".formatted(delay, slots);
                double ideal = slots == 1 || delay == 0 ? bare : slots * 1000.0 / delay;
                int jobs = jobs(delay, slots);
                for (int round = 0; round < plan.rounds(); round++) {
                    Round done = LaneBench.load(stack, line).release(jobs, () -> {});
                    figures.floor(name, "jobs/s", ideal);
                    figures.millrace(name, "jobs/s", done.jobsPerSecond());
                    progress.say("%s  %,.1f jobs/s of %,.1f", name, done.jobsPerSecond(), ideal);
                }
            }
        }
    }

    private double bare(LaneStack stack, int delay)
            throws IOException, InterruptedException, TimeoutException {
        try (ChildJvm bare = LaneBench.bare(stack, Duration.ofMillis(delay))) {
            Load load = LaneBench.load(stack, LaneBench.bareLine(stack, bare));
            int jobs = jobs(delay, 1);
            double best = 0;
            // the first rounds warm it up
            for (int round = 0; round < (delay == 0 ? 4 : 1); round++) {
                best = Math.max(best, load.release(jobs, () -> {}).jobsPerSecond());
            }
            progress.say("slots.%dms  bare loop %,.1f jobs/s", delay, best);
            return best;
        }
    }

    /** Whole rounds of all slots. */
    private int jobs(int delay, int slots) {
        return delay == 0
                ? plan.jobs()
                : slots * Math.toIntExact(Math.max(2, LENGTH.toMillis() / delay));
    }
}
