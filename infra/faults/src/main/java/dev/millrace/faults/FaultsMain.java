package dev.millrace.faults;

import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.millrace.local.home.Home;
import dev.millrace.stack.FileTree;
import dev.millrace.stack.ServerStartException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;

/** The command behind {@code infra/faults/run}. */
public final class FaultsMain {
    private static final int OK = 0;
    private static final int WRONG = 1;
    private static final int USAGE = 2;
    private static final int PREREQUISITE = 3;
    private static final int TIMED_OUT = 4;

    public static void main(String[] args) throws InterruptedException {
        System.exit(run(List.of(args)));
    }

    private static int run(List<String> arguments) throws InterruptedException {
        Plan plan;
        try {
            plan = Plan.parse(arguments);
        } catch (IllegalArgumentException e) {
            System.err.println("faults: " + e.getMessage() + "; see infra/faults/run --help");
            return USAGE;
        }
        try {
            Path root = Files.createTempDirectory("millrace-faults-");
            // PostgreSQL may have to run as another user, who must be able to pass through
            Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwx--x--x"));
            Files.createDirectories(root.resolve("logs"));
            // before the first logger is made
            System.setProperty("faults.log", root.resolve("logs/faults.log").toString());
            int code = judged(plan, root);
            if (code == OK) {
                FileTree.delete(root);
            } else {
                System.err.println("faults: logs are kept in " + root);
            }
            return code;
        } catch (IOException e) {
            System.err.println("faults: " + e.getMessage());
            return WRONG;
        }
    }

    private static int judged(Plan plan, Path root) throws InterruptedException {
        List<Row> rows = new ArrayList<>();
        int code = OK;
        try (FaultSeries series =
                new FaultSeries(plan, root, checkout(), caches(), new Progress(System.err))) {
            for (String name : plan.faults()) {
                rows.addAll(series.run(name));
            }
            code = rows.stream().allMatch(Row::pass) ? OK : WRONG;
        } catch (ServerStartException e) {
            System.err.println("faults: " + e.getMessage());
            code = PREREQUISITE;
        } catch (TimeoutException e) {
            System.err.println("faults: " + e.getMessage());
            code = TIMED_OUT;
        } catch (Exception e) {
            if (e instanceof InterruptedException interrupted) {
                throw interrupted;
            }
            System.err.println("faults: " + e);
            code = WRONG;
        }
        report(rows, plan);
        return code;
    }

    private static void report(List<Row> rows, Plan plan) {
        System.out.println(Row.heading());
        rows.forEach(row -> System.out.println(row.line()));
        plan.json()
                .ifPresent(
                        file -> {
                            try {
                                Files.writeString(file, json(rows) + "\n");
                            } catch (IOException e) {
                                throw new java.io.UncheckedIOException(e);
                            }
                        });
    }

    private static String json(List<Row> rows) throws IOException {
        return JsonMapper.builder()
                .enable(SerializationFeature.INDENT_OUTPUT)
                .build()
                .writeValueAsString(rows);
    }

    private static Path checkout() {
        return Path.of(System.getenv().getOrDefault("MILLRACE_CHECKOUT", "."));
    }

    private static Path caches() {
        return Home.fromEnvironment(System.getenv()).root().resolve("data/aot");
    }

    private FaultsMain() {}
}
