package dev.millrace.bench;

import dev.millrace.bench.LaneLine.Shape;
import dev.millrace.bench.Load.Round;
import dev.millrace.bench.child.BareMain;
import dev.millrace.kit.Connection;
import dev.millrace.stack.RunningProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;

/**
 * The worker by itself, without the rest of the pipeline: the packaged service on a pre-filled
 * lane, and beside it the bare loop on another lane of the same shape.
 */
final class LaneBench {
    static final String ECHO = "echo";
    static final String BARE = "bare";
    private static final int SLOTS = 64;
    private static final int WARM_UP_ROUNDS = 4;
    private static final Duration IDLE = Duration.ofSeconds(5);

    /** What a lane's catalog entry is, but for its engine's delay and its slots. */
    private static final String LANE =
            "  - {name: %s, engine: {type: echo, delay: %dms}, partitions: %d, slots: %d, workers: 1}\n";

    static final String PRICE =
            "  - {lane: %s, effective_from: 2026-01-01T00:00:00Z, currency: USD, input: 1, output: 1}\n";

    static final String PRICES = "prices:\n" + PRICE;

    private final Plan plan;
    private final Figures figures;
    private final Progress progress;

    LaneBench(Plan plan, Figures figures, Progress progress) {
        this.plan = plan;
        this.figures = figures;
        this.progress = progress;
    }

    void run(Path root, Path checkout)
            throws IOException, InterruptedException, TimeoutException, ExecutionException {
        progress.say("starting a broker and a registry in %s", root);
        try (LaneStack stack = LaneStack.start(root, checkout)) {
            if (plan.hasAnyOf(Plan.Part.WORKER, Plan.Part.SLOTS)) {
                packaged(stack);
            }
            if (plan.hasAnyOf(Plan.Part.NEIGHBOUR)) {
                new NeighbourBench(plan, figures, progress).run(stack);
            }
            if (plan.hasAnyOf(Plan.Part.SHAREGROUPS)) {
                new ShareGroupBench(plan, figures, progress).run(stack);
            }
        }
    }

    private void packaged(LaneStack stack)
            throws IOException, InterruptedException, TimeoutException {
        stack.apply(catalog(0, SLOTS));
        RunningProcess worker = stack.worker(ECHO);
        LaneLine millrace =
                new LaneLine(
                        "worker",
                        ECHO,
                        stack.connection(),
                        Shape.prose(false),
                        () -> Map.of("worker", worker.pid()));
        if (plan.hasAnyOf(Plan.Part.WORKER)) {
            try (ChildJvm bare = bare(stack, Duration.ZERO)) {
                overhead(stack, List.of(bareLine(stack, bare), millrace));
            }
        }
        if (plan.hasAnyOf(Plan.Part.SLOTS)) {
            new SlotsBench(plan, figures, progress).run(stack, millrace);
        }
        worker.stop();
    }

    /** Both lanes, with the engine of one of them. */
    static String catalog(int delayMillis, int slots) {
        return "lanes:\n"
                + LANE.formatted(ECHO, delayMillis, Line.LANE_PARTITIONS, slots)
                + LANE.formatted(BARE, 0, Line.LANE_PARTITIONS, 1)
                + "routes:\n  - {name: everything, lanes: [%s]}\n".formatted(ECHO)
                + PRICES.formatted(ECHO)
                + PRICE.formatted(BARE);
    }

    static ChildJvm bare(LaneStack stack, Duration delay) throws IOException {
        Connection connection = stack.connection();
        return ChildJvm.start(
                BareMain.class,
                List.of(
                        connection.bootstrapServers(),
                        connection.registryUrl(),
                        BARE,
                        Long.toString(delay.toMillis())),
                stack.log("bare"));
    }

    static LaneLine bareLine(LaneStack stack, ChildJvm bare) {
        return new LaneLine(
                BARE,
                BARE,
                stack.connection(),
                Shape.prose(true),
                () -> Map.of("worker", bare.pid()));
    }

    private void overhead(LaneStack stack, List<LaneLine> lines)
            throws InterruptedException, TimeoutException {
        for (LaneLine line : lines) {
            for (int round = 1; round <= WARM_UP_ROUNDS; round++) {
                double rate = load(stack, line).release(plan.jobs(), () -> {}).jobsPerSecond();
                progress.say(
                        "warm-up %d/%d  %-8s  %,.0f jobs/s",
                        round, WARM_UP_ROUNDS, line.name(), rate);
            }
        }
        Map<LaneLine, CpuMeter> meters = new LinkedHashMap<>();
        for (LaneLine line : lines) {
            Map<String, Long> processes = new LinkedHashMap<>(line.processes());
            processes.put("broker", stack.brokerPid());
            CpuMeter meter = new CpuMeter(processes);
            meter.learnIdle(IDLE);
            meters.put(line, meter);
        }
        for (int round = 1; round <= plan.rounds(); round++) {
            for (Map.Entry<LaneLine, CpuMeter> each : meters.entrySet()) {
                backlog(stack, each.getKey(), each.getValue(), round);
            }
        }
        for (int round = 1; round <= plan.rounds(); round++) {
            for (Map.Entry<LaneLine, CpuMeter> each : meters.entrySet()) {
                steady(stack, each.getKey(), each.getValue(), round);
            }
        }
    }

    /** A lane full of jobs is emptied. */
    private void backlog(LaneStack stack, LaneLine line, CpuMeter meter, int number)
            throws InterruptedException, TimeoutException {
        Cpu[] before = {meter.now()};
        Round round = load(stack, line).release(plan.jobs(), () -> before[0] = meter.now());
        Map<String, Double> micros = meter.perJob(before[0], meter.settled(), round.jobs());
        figures.of(line, "worker.backlog.throughput", "jobs/s", round.jobsPerSecond());
        cpu(line, "worker.backlog", micros);
        progress.say(
                "worker %d/%d  %-8s  backlog: %,.0f jobs/s, %.1f us of CPU a job",
                number,
                plan.rounds(),
                line.name(),
                round.jobsPerSecond(),
                micros.getOrDefault("worker", 0.0));
    }

    /** Jobs come one after the other, and nearly all of the cost is waking up for each. */
    private void steady(LaneStack stack, LaneLine line, CpuMeter meter, int number)
            throws InterruptedException, TimeoutException {
        Cpu before = meter.now();
        Round round = load(stack, line).steady(Schedule.lasting(plan.seconds(), plan.rate()));
        Map<String, Double> micros = meter.perJob(before, meter.settled(), round.jobs());
        double[] millis = round.latencyMillis();
        for (double percent : new double[] {50, 99}) {
            figures.of(
                    line,
                    "worker.steady.p%.0f".formatted(percent),
                    "ms",
                    Percentile.of(millis, percent));
        }
        cpu(line, "worker.steady", micros);
        progress.say(
                "worker %d/%d  %-8s  steady: p50 %.1f ms, p99 %.1f ms, %.1f us of CPU a job",
                number,
                plan.rounds(),
                line.name(),
                Percentile.of(millis, 50),
                Percentile.of(millis, 99),
                micros.getOrDefault("worker", 0.0));
    }

    private void cpu(LaneLine line, String name, Map<String, Double> micros) {
        figures.of(line, name + ".cpu", "us/job", micros.getOrDefault("worker", 0.0));
        figures.of(line, name + ".cpu.broker", "us/job", micros.getOrDefault("broker", 0.0));
    }

    static Load load(LaneStack stack, LaneLine line) {
        return new Load(line, stack.connection(), Clock.systemUTC());
    }
}
