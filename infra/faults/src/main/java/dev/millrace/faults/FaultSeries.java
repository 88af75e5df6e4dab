package dev.millrace.faults;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** One fault after the other on one stack; on a fresh one after something broke. */
final class FaultSeries implements AutoCloseable {
    private final Plan plan;
    private final Path root;
    private final Path checkout;
    private final Progress progress;
    private final CallBook calls = new CallBook();
    private @Nullable FaultStack stack;
    private int stacks;
    private int runs;

    FaultSeries(Plan plan, Path root, Path checkout, Progress progress) {
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
            Path home = Files.createDirectories(root.resolve("stack-" + ++stacks));
            progress.say("starting a stack in %s", home);
            running = FaultStack.start(home, checkout, calls, plan.seed());
            progress.say("the stack is ready");
            stack = running;
        }
        return running;
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
