package dev.millrace.bench;

import dev.millrace.bench.LaneLine.Shape;
import dev.millrace.bench.Load.Round;
import dev.millrace.bench.child.ShareMain;
import dev.millrace.bench.child.Sleep;
import dev.millrace.stack.BoundedCommand;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ListShareGroupOffsetsSpec;
import org.apache.kafka.common.config.ConfigResource;

/**
 * Millrace's way of consuming a lane beside a share group (KIP-932): the same slots, the same jobs
 * of very different lengths, the same broker. The share group stands where the floor stands in
 * other measurements, without being one.
 */
final class ShareGroupBench {
    private static final String SHARED = "shared";
    private static final int SLOTS = 16;
    private static final int RATE = 300;
    private static final int BACKLOG = 4_000;
    private static final Duration LOCK = Duration.ofSeconds(15);
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final Plan plan;
    private final Figures figures;
    private final Progress progress;

    ShareGroupBench(Plan plan, Figures figures, Progress progress) {
        this.plan = plan;
        this.figures = figures;
        this.progress = progress;
    }

    void run(LaneStack stack)
            throws IOException, InterruptedException, TimeoutException, ExecutionException {
        stack.apply(catalog());
        configure(stack);
        try (ChildJvm share = share(stack, "share", SLOTS, true);
                ChildJvm worker = NeighbourBench.worker(stack, "mixed-share")) {
            List<LaneLine> lines =
                    List.of(
                            line(stack, SHARED, true, () -> Map.of("worker", share.pid())),
                            line(
                                    stack,
                                    NeighbourBench.LANE,
                                    false,
                                    () -> Map.of("worker", worker.pid())));
            for (LaneLine line : lines) {
                LaneBench.load(stack, line).release(BACKLOG, () -> {});
            }
            for (LaneLine line : lines) {
                measure(stack, line);
            }
            lag(stack);
        }
        killed(
                stack,
                line(stack, SHARED, true, Map::of),
                () -> share(stack, "share-2", SLOTS, true));
        killed(
                stack,
                line(stack, NeighbourBench.LANE, false, Map::of),
                () -> NeighbourBench.worker(stack, "mixed-2"));
        longJob(stack, true);
        longJob(stack, false);
        frozen(stack);
    }

    private interface Start {
        ChildJvm child() throws IOException;
    }

    static String catalog() {
        String lane =
                "  - {name: %s, engine: {type: echo, delay: 0ms}, partitions: %d, slots: %d, workers: 1}\n";
        return "lanes:\n"
                + lane.formatted(NeighbourBench.LANE, Line.LANE_PARTITIONS, SLOTS)
                + lane.formatted(SHARED, Line.LANE_PARTITIONS, SLOTS)
                + "routes:\n  - {name: everything, lanes: [%s]}\n".formatted(NeighbourBench.LANE)
                + LaneBench.PRICES.formatted(NeighbourBench.LANE)
                + LaneBench.PRICE.formatted(SHARED);
    }

    /** Most jobs are short, some are longer, few are long: 19.0 ms on average. */
    static long millis(int index) {
        return index % 100 == 7 ? 1_000 : index % 10 == 3 ? 50 : 5;
    }

    private static LaneLine line(
            LaneStack stack, String lane, boolean share, Supplier<Map<String, Long>> processes) {
        return new LaneLine(
                share ? "share" : "worker",
                lane,
                stack.connection(),
                new Shape(share, OptionalInt.empty(), index -> Sleep.prompt(millis(index))),
                processes);
    }

    private static ChildJvm share(LaneStack stack, String name, int slots, boolean renews)
            throws IOException {
        return ChildJvm.start(
                ShareMain.class,
                List.of(
                        stack.connection().bootstrapServers(),
                        stack.connection().registryUrl(),
                        SHARED,
                        Integer.toString(slots),
                        Boolean.toString(renews)),
                stack.log(name));
    }

    private static void configure(LaneStack stack)
            throws InterruptedException, ExecutionException, TimeoutException {
        Map<String, String> wanted =
                Map.of(
                        "share.auto.offset.reset", "earliest",
                        "share.isolation.level", "read_committed",
                        "share.renew.acknowledge.enable", "true",
                        "share.record.lock.duration.ms", Long.toString(LOCK.toMillis()));
        Collection<AlterConfigOp> changes = new ArrayList<>();
        wanted.forEach(
                (name, value) ->
                        changes.add(
                                new AlterConfigOp(
                                        new ConfigEntry(name, value), AlterConfigOp.OpType.SET)));
        try (Admin admin = Admin.create(stack.connection().admin())) {
            admin.incrementalAlterConfigs(
                            Map.of(
                                    new ConfigResource(
                                            ConfigResource.Type.GROUP, ShareMain.group(SHARED)),
                                    changes))
                    .all()
                    .get(30, TimeUnit.SECONDS);
        }
    }

    private void measure(LaneStack stack, LaneLine line)
            throws InterruptedException, TimeoutException {
        Map<String, Long> processes = new LinkedHashMap<>(line.processes());
        processes.put("broker", stack.brokerPid());
        CpuMeter meter = new CpuMeter(processes);
        Map<String, Double> idle = meter.learnIdle(Duration.ofSeconds(5));
        figures.of(line, "sharegroups.idle.cpu", "ms/s", 1000 * idle.getOrDefault("worker", 0.0));
        figures.of(
                line,
                "sharegroups.idle.cpu.broker",
                "ms/s",
                1000 * idle.getOrDefault("broker", 0.0));
        Cpu[] before = {meter.now()};
        Round backlog = LaneBench.load(stack, line).release(BACKLOG, () -> before[0] = meter.now());
        Map<String, Double> micros = meter.perJob(before[0], meter.settled(), BACKLOG);
        figures.of(line, "sharegroups.throughput", "jobs/s", backlog.jobsPerSecond());
        figures.of(line, "sharegroups.cpu", "us/job", micros.getOrDefault("worker", 0.0));
        figures.of(line, "sharegroups.cpu.broker", "us/job", micros.getOrDefault("broker", 0.0));
        double[] waits = waits(stack, line);
        for (double percent : new double[] {50, 99}) {
            figures.of(
                    line,
                    "sharegroups.wait.p%.0f".formatted(percent),
                    "ms",
                    Percentile.of(waits, percent));
        }
        progress.say(
                "sharegroups  %-8s %,.0f jobs/s, %.0f us a job, waits p50 %.1f ms, p99 %.1f ms",
                line.name(),
                backlog.jobsPerSecond(),
                micros.getOrDefault("worker", 0.0),
                Percentile.of(waits, 50),
                Percentile.of(waits, 99));
    }

    /** What each job took beyond its own sleep, at a steady rate. */
    private double[] waits(LaneStack stack, LaneLine line)
            throws InterruptedException, TimeoutException {
        double[] waits =
                LaneBench.load(stack, line)
                        .steady(Schedule.lasting(plan.seconds(), RATE))
                        .latencyMillis();
        for (int job = 0; job < waits.length; job++) {
            waits[job] -= millis(job);
        }
        return waits;
    }

    /** What an idle group shows to who looks for its lag. */
    private void lag(LaneStack stack)
            throws InterruptedException, ExecutionException, TimeoutException {
        String group = ShareMain.group(SHARED);
        try (Admin admin = Admin.create(stack.connection().admin())) {
            var offsets =
                    admin.listShareGroupOffsets(Map.of(group, new ListShareGroupOffsetsSpec()))
                            .partitionsToOffsetInfo(group)
                            .get(30, TimeUnit.SECONDS);
            progress.say("sharegroups  the share group's own listing: %s", offsets);
            try {
                progress.say(
                        "sharegroups  the listing of consumer groups, which lag exporters use: %s",
                        admin.listConsumerGroupOffsets(group)
                                .partitionsToOffsetAndMetadata()
                                .get(30, TimeUnit.SECONDS));
            } catch (ExecutionException e) {
                progress.say("sharegroups  the listing of consumer groups refuses it: %s", e);
            }
        }
    }

    /** A worker is killed with its slots full; another takes over. */
    private void killed(LaneStack stack, LaneLine line, Start start)
            throws IOException, InterruptedException, TimeoutException {
        int jobs = BACKLOG / 2;
        try (OutcomeTally tally = new OutcomeTally(stack.connection(), lane(line));
                ChildJvm first = start.child()) {
            LaneBench.load(stack, line).put(jobs);
            tally.await(jobs / 3, PATIENCE);
            first.kill();
            tally.listen(Duration.ofMillis(300));
            int seen = tally.jobs();
            long killedAt = System.nanoTime();
            try (ChildJvm second = start.child()) {
                long started = System.nanoTime();
                tally.await(seen + 1, PATIENCE);
                double recovery = (System.nanoTime() - started) / 1e6;
                tally.await(jobs, PATIENCE);
                tally.listen(Duration.ofSeconds(2));
                figures.of(line, "sharegroups.killed.repeated", "outcomes", tally.repeated());
                figures.of(line, "sharegroups.killed.recovery", "ms", recovery);
                progress.say(
                        "sharegroups  %-8s killed: next outcome %.0f ms after its successor (pid %d) was up, %.1f s after the kill; %d outcomes twice",
                        line.name(),
                        recovery,
                        second.pid(),
                        (System.nanoTime() - killedAt) / 1e9,
                        tally.repeated());
            }
        }
    }

    private static String lane(LaneLine line) {
        return line.isFloor() ? SHARED : NeighbourBench.LANE;
    }

    /** A job that runs longer than its lock lasts. */
    private void longJob(LaneStack stack, boolean renews)
            throws IOException, InterruptedException, TimeoutException {
        Duration time = LOCK.plusSeconds(5);
        LaneLine line =
                new LaneLine(
                        "share",
                        SHARED,
                        stack.connection(),
                        new Shape(
                                true, OptionalInt.empty(), index -> Sleep.prompt(time.toMillis())),
                        Map::of);
        String name = renews ? "share-renewing" : "share-plain";
        try (ChildJvm child = share(stack, name, 2, renews);
                OutcomeTally tally = new OutcomeTally(stack.connection(), SHARED)) {
            LaneBench.load(stack, line).put(1);
            tally.await(1, PATIENCE);
            tally.listen(LOCK.plusSeconds(8));
            progress.say(
                    "sharegroups  a job of %d s under a lock of %d s, %s, pid %d: %d outcome(s) too many",
                    time.toSeconds(),
                    LOCK.toSeconds(),
                    renews ? "renewed" : "not renewed",
                    child.pid(),
                    tally.repeated());
        }
    }

    /** One of two workers is frozen until its locks are gone, and then goes on. */
    private void frozen(LaneStack stack)
            throws IOException, InterruptedException, TimeoutException {
        int jobs = 400;
        LaneLine line =
                new LaneLine(
                        "share",
                        SHARED,
                        stack.connection(),
                        new Shape(true, OptionalInt.empty(), index -> Sleep.prompt(200)),
                        Map::of);
        try (ChildJvm frozen = share(stack, "share-frozen", SLOTS / 2, true);
                ChildJvm other = share(stack, "share-other", SLOTS / 2, true);
                OutcomeTally tally = new OutcomeTally(stack.connection(), SHARED)) {
            LaneBench.load(stack, line).put(jobs);
            tally.await(jobs / 5, PATIENCE);
            BoundedCommand.signal("STOP", frozen.pid());
            tally.listen(LOCK.plusSeconds(3));
            BoundedCommand.signal("CONT", frozen.pid());
            tally.await(jobs, PATIENCE);
            tally.listen(Duration.ofSeconds(5));
            progress.say(
                    "sharegroups  frozen for %d s beside pid %d: %d outcomes twice; what it was told is in share-frozen.log",
                    LOCK.plusSeconds(3).toSeconds(), other.pid(), tally.repeated());
        }
    }
}
