package dev.millrace.bench;

import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.millrace.stack.ServerStartException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;

/** The command behind {@code infra/bench/run}. */
public final class BenchMain {
    private static final int OK = 0;
    private static final int WRONG = 1;
    private static final int USAGE = 2;
    private static final int PREREQUISITE = 3;
    private static final int TIMED_OUT = 4;

    /** Above this share of the machine, neighbours make the figures. */
    private static final double QUIET = 0.05;

    private static final String READING =
            """

            Medians of the rounds; in brackets the least and the most. ratio = millrace / floor.
            floor, whole pipeline: four plain byte forwarders in one process over as many topics, partitions, transactions and
            bytes, on the same broker in the same run. It decodes nothing, decides nothing, keeps no state, writes no ledger
            and isolates nothing: the ratio says what all of that costs, not how well either is written.
            floor, worker and slots: a bare consume-call-produce loop, or slots over the engine's time.
            floor, neighbour and fairness: the same without the long job, before the flood. sharegroups: the share group.
            cpu: net of idle, until what a round started is done; total is without the load generator.
            """;

    public static void main(String[] args) throws InterruptedException {
        System.exit(run(List.of(args)));
    }

    private static int run(List<String> arguments) throws InterruptedException {
        try {
            return measured(Plan.parse(arguments));
        } catch (IllegalArgumentException e) {
            System.err.println("bench: " + e.getMessage() + "; see infra/bench/run --help");
            return USAGE;
        }
    }

    private static int measured(Plan plan) throws InterruptedException {
        try {
            Figures figures = new Figures();
            Progress progress = new Progress(System.err);
            Neighbours neighbours = Neighbours.since();
            for (Benchmark benchmark : benchmarks(plan, figures, progress)) {
                inFolder(benchmark);
            }
            double others = neighbours.share();
            System.out.print(figures.table());
            System.out.print(READING);
            System.out.printf(
                    "%d cores, Java %s; other processes used %.0f %% of the machine meanwhile%s%n",
                    Runtime.getRuntime().availableProcessors(),
                    Runtime.version(),
                    others * 100,
                    others > QUIET ? ": run it again when it is quiet" : "");
            if (plan.json().isPresent()) {
                Files.writeString(plan.json().get(), json(figures) + "\n");
            }
            return OK;
        } catch (ServerStartException e) {
            System.err.println("bench: " + e.getMessage());
            return PREREQUISITE;
        } catch (TimeoutException e) {
            System.err.println("bench: " + e.getMessage());
            return TIMED_OUT;
        } catch (Exception e) {
            if (e instanceof InterruptedException interrupted) {
                throw interrupted;
            }
            System.err.println("bench: " + e);
            return WRONG;
        }
    }

    /** One measurement with a stack of its own. */
    private interface Benchmark {
        void run(Path root, Path checkout) throws Exception;
    }

    private static List<Benchmark> benchmarks(Plan plan, Figures figures, Progress progress) {
        List<Benchmark> benchmarks = new ArrayList<>();
        if (plan.hasAnyOf(Plan.Part.SATURATION, Plan.Part.LATENCY, Plan.Part.PROFILE)) {
            benchmarks.add(new Bench(plan, figures, progress)::run);
        }
        if (plan.hasAnyOf(
                Plan.Part.WORKER, Plan.Part.SLOTS, Plan.Part.NEIGHBOUR, Plan.Part.SHAREGROUPS)) {
            benchmarks.add(new LaneBench(plan, figures, progress)::run);
        }
        if (plan.hasAnyOf(Plan.Part.FAIRNESS)) {
            benchmarks.add(new FairnessBench(plan, figures, progress)::run);
        }
        return benchmarks;
    }

    /** In a fresh folder, which stays where something went wrong. */
    private static void inFolder(Benchmark benchmark) throws Exception {
        Path root = Files.createTempDirectory("millrace-bench-");
        // PostgreSQL may have to run as another user, who must be able to pass through
        Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwx--x--x"));
        try {
            benchmark.run(root, checkout());
        } catch (Exception e) {
            System.err.println("bench: logs are kept in " + root.resolve("logs"));
            throw e;
        }
        BenchStack.delete(root);
    }

    private static String json(Figures figures) throws IOException {
        return JsonMapper.builder()
                .enable(SerializationFeature.INDENT_OUTPUT)
                .build()
                .writeValueAsString(figures.rows());
    }

    private static Path checkout() {
        return Path.of(System.getenv().getOrDefault("MILLRACE_CHECKOUT", "."));
    }

    private BenchMain() {}
}
