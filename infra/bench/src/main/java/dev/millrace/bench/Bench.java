package dev.millrace.bench;

import dev.millrace.bench.Load.Round;
import dev.millrace.kit.Connection;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.ConfigResource;

/**
 * Read this first: a fresh stack, both lines warmed up on the same broker, then round after round
 * of each in turn, so that whatever else the machine does meets both.
 */
final class Bench {
    private static final int WARM_UP_ROUNDS = 4;
    private static final Duration IDLE = Duration.ofSeconds(10);

    /** Packages and methods of each process that are named. */
    private static final int PROFILED = 12;

    private final Plan plan;
    private final Progress progress;
    private final Figures figures;

    Bench(Plan plan, Figures figures, Progress progress) {
        this.plan = plan;
        this.figures = figures;
        this.progress = progress;
    }

    /**
     * Runs all of it.
     *
     * @param root an empty folder for the stack
     * @throws TimeoutException when results stay away
     * @throws IllegalStateException when a job ended otherwise than it must
     */
    void run(Path root, Path checkout)
            throws IOException, InterruptedException, ExecutionException, TimeoutException {
        say("starting a fresh stack in %s", root);
        try (BenchStack stack = BenchStack.start(root, checkout)) {
            Connection connection = stack.connection();
            MillraceLine millrace = new MillraceLine(stack.tenants(), connection, stack::services);
            stampAtAppend(connection, millrace);
            warmUp(millrace, connection);
            List<Integer> bytes = recordSizes(millrace, connection);
            say("bytes of a record by stage: %s", bytes);
            try (FloorLine floor =
                    FloorLine.start(connection, stack.tenants(), bytes, stack.log("floor"))) {
                stampAtAppend(connection, floor);
                warmUp(floor, connection);
                measure(stack, List.of(floor, millrace));
            }
        }
    }

    private void measure(BenchStack stack, List<Line> lines)
            throws IOException, InterruptedException, TimeoutException {
        CpuMeter meter = new CpuMeter(processes(stack, lines));
        idle(meter, lines.getFirst());
        if (plan.parts().contains(Plan.Part.SATURATION)) {
            for (int round = 1; round <= plan.rounds(); round++) {
                for (Line line : lines) {
                    saturation(stack, line, meter, round);
                }
            }
        }
        if (plan.parts().contains(Plan.Part.LATENCY)) {
            for (int round = 1; round <= plan.rounds(); round++) {
                for (Line line : lines) {
                    latency(stack, line, meter, round);
                }
            }
        }
        if (plan.parts().contains(Plan.Part.PROFILE)) {
            profile(stack, lines.getLast());
        }
        if (!meter.watches(processes(stack, lines))) {
            throw new IllegalStateException(
                    "a service was restarted while it was measured; see its log");
        }
    }

    private void saturation(BenchStack stack, Line line, CpuMeter meter, int number)
            throws InterruptedException, TimeoutException {
        Cpu before = meter.now();
        Round round = load(line, stack.connection()).saturate(plan.jobs());
        Cpu after = meter.settled();
        figures.of(line, "saturation.throughput", "jobs/s", round.jobsPerSecond());
        cpu(line, "saturation.cpu", meter.perJob(before, after, round.jobs()));
        say(
                "saturation %d/%d  %-8s  %,.0f jobs/s",
                number, plan.rounds(), line.name(), round.jobsPerSecond());
    }

    /**
     * Where the services and the broker spend their time when there is as much to do as they can.
     */
    private void profile(BenchStack stack, Line line)
            throws IOException, InterruptedException, TimeoutException {
        Map<String, Long> processes = new LinkedHashMap<>(stack.broker());
        processes.putAll(line.processes());
        Profiler profiler = new Profiler(processes, stack.log("profile").resolveSibling("jfr"));
        profiler.start();
        for (int round = 1; round <= plan.rounds(); round++) {
            load(line, stack.connection()).saturate(plan.jobs());
        }
        Map<String, Profile> profiles = profiler.stop();
        profiles.forEach(
                (process, profile) -> {
                    say("profile  %s: %,d samples", process, profile.samples());
                    profile.packages(PROFILED)
                            .forEach(
                                    share ->
                                            figures.millrace(
                                                    "profile." + process + " " + share.name(),
                                                    "%",
                                                    share.percent()));
                    profile.methods(PROFILED)
                            .forEach(share -> say("  %5.1f %%  %s", share.percent(), share.name()));
                });
    }

    private void latency(BenchStack stack, Line line, CpuMeter meter, int number)
            throws InterruptedException, TimeoutException {
        TopicTimes times = new TopicTimes(line, stack.connection());
        Cpu before = meter.now();
        Round round =
                load(line, stack.connection())
                        .steady(Schedule.lasting(plan.seconds(), plan.rate()));
        Cpu after = meter.settled();
        double[] millis = round.latencyMillis();
        for (double percent : new double[] {50, 99}) {
            figures.of(
                    line, "latency.p%.0f".formatted(percent), "ms", Percentile.of(millis, percent));
        }
        cpu(line, "latency.cpu", meter.perJob(before, after, round.jobs()));
        hops(line, times.hops(round));
        say(
                "latency %d/%d  %-8s  p50 %.1f ms  p99 %.1f ms",
                number,
                plan.rounds(),
                line.name(),
                Percentile.of(millis, 50),
                Percentile.of(millis, 99));
    }

    private void hops(Line line, Hops way) {
        for (Hops.Hop hop : way.hops()) {
            if (hop.millis().length == 0) {
                throw new IllegalStateException(
                        "no job of " + line.name() + " was found in all topics");
            }
            figures.of(line, "hop." + hop.name() + ".mean", "ms", hop.mean());
            figures.of(line, "hop." + hop.name() + ".p99", "ms", Percentile.of(hop.millis(), 99));
        }
    }

    /** By process, and what all of a line's processes and the broker came to. */
    private void cpu(Line line, String name, Map<String, Double> micros) {
        Map<String, Double> shares = new LinkedHashMap<>();
        shares.put("broker", micros.getOrDefault("broker", 0.0));
        line.processes().keySet().stream()
                .sorted()
                .forEach(process -> shares.put(process, micros.getOrDefault(process, 0.0)));
        String unit = "us/job";
        double total = shares.values().stream().mapToDouble(Double::doubleValue).sum();
        figures.of(line, name + ".total", unit, total);
        shares.forEach((process, share) -> figures.of(line, name + "." + process, unit, share));
        figures.of(line, name + "." + CpuMeter.LOAD, unit, micros.getOrDefault(CpuMeter.LOAD, 0.0));
    }

    /** Broker and load generator serve both lines at once: their share stands under Millrace. */
    private void idle(CpuMeter meter, Line floor) throws InterruptedException {
        Map<String, Double> idle = new TreeMap<>(meter.learnIdle(IDLE));
        idle.forEach(
                (process, rate) -> {
                    String name = "idle.cpu." + process;
                    if (floor.processes().containsKey(process)) {
                        figures.floor(name, "ms/s", rate * 1000);
                    } else {
                        figures.millrace(name, "ms/s", rate * 1000);
                    }
                });
        double all = idle.values().stream().mapToDouble(Double::doubleValue).sum();
        say("idle  %.0f ms of processor a second", all * 1000);
    }

    private static Map<String, Long> processes(BenchStack stack, Collection<Line> lines) {
        Map<String, Long> all = new LinkedHashMap<>(stack.broker());
        lines.forEach(line -> all.putAll(line.processes()));
        return all;
    }

    private void warmUp(Line line, Connection connection)
            throws InterruptedException, TimeoutException {
        for (int round = 1; round <= WARM_UP_ROUNDS; round++) {
            double rate = load(line, connection).saturate(plan.jobs()).jobsPerSecond();
            say("warm-up %d/%d  %-8s  %,.0f jobs/s", round, WARM_UP_ROUNDS, line.name(), rate);
        }
    }

    private static List<Integer> recordSizes(Line line, Connection connection)
            throws InterruptedException, TimeoutException {
        TopicTimes times = new TopicTimes(line, connection);
        Round round = load(line, connection).steady(Schedule.lasting(1, 100));
        List<Integer> bytes = new ArrayList<>();
        times.read(round).forEach((stage, read) -> bytes.add(read.meanBytes()));
        return bytes;
    }

    /** The broker's clock for all hops, whatever a producer writes into its records. */
    static void stampAtAppend(Connection connection, Line line)
            throws InterruptedException, ExecutionException, TimeoutException {
        Map<ConfigResource, Collection<AlterConfigOp>> changes = new HashMap<>();
        AlterConfigOp atAppend =
                new AlterConfigOp(
                        new ConfigEntry("message.timestamp.type", "LogAppendTime"),
                        AlterConfigOp.OpType.SET);
        for (Stage stage : Stage.values()) {
            line.topics(stage)
                    .forEach(
                            topic ->
                                    changes.put(
                                            new ConfigResource(ConfigResource.Type.TOPIC, topic),
                                            List.of(atAppend)));
        }
        try (Admin admin = Admin.create(connection.admin())) {
            admin.incrementalAlterConfigs(changes).all().get(30, TimeUnit.SECONDS);
        }
    }

    private static Load load(Line line, Connection connection) {
        return new Load(line, connection, Clock.systemUTC());
    }

    private void say(String format, Object... values) {
        progress.say(format, values);
    }
}
