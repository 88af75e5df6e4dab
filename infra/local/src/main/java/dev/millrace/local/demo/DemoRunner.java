package dev.millrace.local.demo;

import dev.millrace.catalog.Lane;
import dev.millrace.kit.Connection;
import dev.millrace.kit.LiveCatalog;
import dev.millrace.local.home.Endpoints;
import dev.millrace.local.home.Home;
import dev.millrace.local.home.JsonFile;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** The verb behind {@code millrace demo}, once the stack is there. */
public final class DemoRunner {
    private static final Duration CATALOG = Duration.ofSeconds(15);
    private final Home home;
    private final PrintWriter out;

    public DemoRunner(Home home, PrintWriter out) {
        this.home = home;
        this.out = out;
    }

    /**
     * Runs the shipped jobs, or a user's.
     *
     * @param jobsFile JSON lines, or null for the shipped ones
     * @param json where the report goes, or null
     * @return whether it passed
     */
    public boolean run(
            Endpoints endpoints, @Nullable Path jobsFile, boolean killWorker, @Nullable Path json)
            throws IOException,
                    InterruptedException,
                    ExecutionException,
                    TimeoutException,
                    SQLException {
        List<DemoJob> jobs = jobsFile == null ? DemoJob.shipped() : DemoJob.read(jobsFile);
        List<String> lanes = jobsFile == null ? lanesWithWorkers(endpoints) : List.of();
        out.println(
                "Posting "
                        + jobs.size()
                        + " jobs, "
                        + jobs.stream().filter(DemoJob::overHttp).count()
                        + " of them over HTTP with a callback.");
        out.flush();
        DemoReport report = new Demo(home, endpoints, out).run(jobs, killWorker, lanes);
        report.print(out);
        if (json != null) {
            Files.writeString(json, JsonFile.text(report.json()) + "\n");
        }
        out.println(report.lastLine());
        out.flush();
        return report.passed();
    }

    private static List<String> lanesWithWorkers(Endpoints endpoints)
            throws InterruptedException, TimeoutException {
        try (LiveCatalog catalog =
                new LiveCatalog(Connection.to(endpoints.bootstrap(), endpoints.registryUrl()))
                        .start()
                        .awaitLoaded(CATALOG)) {
            return catalog.get().lanes().values().stream()
                    .filter(lane -> lane.workers() > 0 && !lane.retired())
                    .map(Lane::name)
                    .sorted()
                    .toList();
        }
    }
}
