package dev.millrace.faults;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** One fault after the other on one stack; on a fresh one after something broke. */
final class FaultSeries implements AutoCloseable {
    private static final int FIRST_JOBS = 200;
    private static final int FIRST_RATE = 20;
    private static final Duration FIRST = Duration.ofMinutes(2);

    private final Plan plan;
    private final Path root;
    private final Path checkout;
    private final Progress progress;
    private final CallBook calls = new CallBook();
    private @Nullable FaultStack stack;
    private int stacks;
    private int runs;

    /** Start-up caches: at first those of the stack that {@code ./millrace up} starts here. */
    private Path caches;

    FaultSeries(Plan plan, Path root, Path checkout, Path caches, Progress progress) {
        this.caches = caches;
        this.plan = plan;
        this.root = root;
        this.checkout = checkout;
        this.progress = progress;
    }

    /** One row; of the mix, one for each seed. */
    List<Row> run(String name) throws Exception {
        Fault fault = Faults.named(name);
        int rounds = plan.rounds(fault.rounds(), fault.quickRounds());
        if (fault != Faults.MIX) {
            return List.of(run(fault, name, rounds, plan.seed()));
        }
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < rounds; i++) {
            long seed = plan.seed() + i;
            rows.add(run(fault, name + "-" + seed, 1, seed));
        }
        return rows;
    }

    private Row run(Fault fault, String name, int rounds, long seed) throws Exception {
        FaultStack running = stack();
        int seconds = plan.seconds(fault.seconds(), fault.quickSeconds());
        progress.say("%s  rounds=%d seconds=%d seed=%d", name, rounds, seconds, seed);
        Row row;
        try (Traffic traffic = new Traffic(running.connection(), "f" + ++runs, plan.rate(), seed);
                ResultWatch watch = new ResultWatch(running.connection());
                Cluster cluster = new Cluster(running.connection())) {
            Scene scene =
                    new Scene(
                            running,
                            traffic,
                            watch,
                            calls,
                            cluster,
                            new LedgerRows(running.subject()),
                            seconds,
                            new Random(seed),
                            progress);
            try (Pulse pulse = Pulse.of(scene)) {
                row = new FaultRun(fault, scene).run(name, rounds);
            }
        }
        progress.say(
                "%s  pass=%s accepted=%d reruns=%d recovery=%.1f s",
                name, row.pass(), row.accepted(), row.reruns(), row.recoveryS());
        if (!row.pass()) {
            close();
        }
        return row;
    }

    private FaultStack stack() throws IOException, InterruptedException, TimeoutException {
        FaultStack running = stack;
        if (running == null) {
            if (stacks == 0 && !(plan.quick() && Files.isDirectory(caches))) {
                recordCaches();
            }
            running = start("stack-" + ++stacks, false);
            stack = running;
        }
        return running;
    }

    private FaultStack start(String name, boolean record)
            throws IOException, InterruptedException, TimeoutException {
        Path home = Files.createDirectories(root.resolve(name));
        progress.say("starting a stack in %s", home);
        FaultStack started = FaultStack.start(home, checkout, calls, caches, record, plan.seed());
        progress.say("the stack is ready");
        return started;
    }

    /**
     * Services start from caches where they have been stopped in good order once, as they have on
     * any machine but a new one. A short run takes those that are there.
     */
    private void recordCaches() throws IOException, InterruptedException, TimeoutException {
        try (FaultStack first = start("first", true);
                ResultWatch watch = new ResultWatch(first.connection());
                Traffic traffic =
                        new Traffic(first.connection(), "first", FIRST_RATE, plan.seed()).start()) {
            Waiting.until("the first results", FIRST, () -> watch.billed() >= FIRST_JOBS);
            traffic.stop();
            progress.say("stopping it, and making start-up caches of what it has recorded");
        }
        caches = root.resolve("first/data/aot");
    }

    @Override
    public void close() {
        FaultStack running = stack;
        if (running != null) {
            progress.say("stopping the stack");
            running.close();
            stack = null;
        }
    }
}
