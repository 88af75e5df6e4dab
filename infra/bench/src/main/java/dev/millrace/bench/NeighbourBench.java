package dev.millrace.bench;

import dev.millrace.bench.LaneLine.Shape;
import dev.millrace.bench.Load.Round;
import dev.millrace.bench.child.Sleep;
import dev.millrace.bench.child.SleepWorkerMain;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.TimeoutException;

/**
 * What one long job does to its neighbours: short jobs in a steady stream through one partition,
 * without it and with it among the first. The others' waits are compared.
 */
final class NeighbourBench {
    static final String LANE = "mixed";
    private static final int SLOTS = 16;
    private static final int RATE = 160;
    private static final int SHORT_MILLIS = 10;
    private static final Duration TAIL = Duration.ofMillis(2_500);
    private static final int LONG_JOB = 20;

    private final Plan plan;
    private final Figures figures;
    private final Progress progress;

    NeighbourBench(Plan plan, Figures figures, Progress progress) {
        this.plan = plan;
        this.figures = figures;
        this.progress = progress;
    }

    static String catalog() {
        return """
        lanes:
          - {name: %s, engine: {type: echo, delay: 0ms}, partitions: %d, slots: %d, workers: 1}
        routes:
          - {name: everything, lanes: [%s]}
        """
                        .formatted(LANE, Line.LANE_PARTITIONS, SLOTS, LANE)
                + LaneBench.PRICES.formatted(LANE);
    }

    void run(LaneStack stack) throws IOException, InterruptedException, TimeoutException {
        stack.apply(catalog());
        Duration longest = Duration.ofSeconds(plan.longSeconds());
        int jobs = (int) (RATE * longest.plus(TAIL).toMillis() / 1000);
        try (ChildJvm worker = worker(stack, "mixed-1")) {
            LaneLine calm = line(stack, worker, SHORT_MILLIS);
            LaneBench.load(stack, calm).steady(Schedule.lasting(10, RATE));
            double without = others(stack, calm, jobs, "without");
            double with = others(stack, line(stack, worker, longest.toMillis()), jobs, "with");
            figures.floor("neighbour.p99", "ms", without);
            figures.millrace("neighbour.p99", "ms", with);
        }
    }

    static ChildJvm worker(LaneStack stack, String name) throws IOException {
        return ChildJvm.start(
                SleepWorkerMain.class,
                List.of(
                        stack.connection().bootstrapServers(),
                        stack.connection().registryUrl(),
                        LANE,
                        name),
                stack.log(name));
    }

    /** All jobs in one partition; one of the first takes as long as it is told. */
    private static LaneLine line(LaneStack stack, ChildJvm worker, long longMillis) {
        return new LaneLine(
                "worker",
                LANE,
                stack.connection(),
                new Shape(
                        false,
                        OptionalInt.of(0),
                        index -> Sleep.prompt(index == LONG_JOB ? longMillis : SHORT_MILLIS)),
                () -> Map.of("worker", worker.pid()));
    }

    /** The p99 of all jobs but the long one, from due to seen, in milliseconds. */
    private double others(LaneStack stack, LaneLine line, int jobs, String which)
            throws InterruptedException, TimeoutException {
        Round round = LaneBench.load(stack, line).steady(new Schedule(jobs, RATE));
        double[] all = round.latencyMillis();
        double longest = all[LONG_JOB];
        double[] others = Arrays.copyOf(all, all.length - 1);
        if (LONG_JOB < others.length) {
            others[LONG_JOB] = all[all.length - 1];
        }
        double p99 = Percentile.of(others, 99);
        progress.say(
                "neighbour  %s the long job: the other %,d waited p50 %.1f ms, p99 %.1f ms, at most %.0f; it took %.1f s",
                which,
                others.length,
                Percentile.of(others, 50),
                p99,
                Percentile.of(others, 100),
                longest / 1000);
        return p99;
    }
}
