package dev.millrace.local.demo;

import dev.millrace.catalog.Catalog;
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
    private final List<DemoJob> jobs;
    private final boolean shipped;

    private DemoRunner(Home home, PrintWriter out, List<DemoJob> jobs, boolean shipped) {
        this.home = home;
        this.out = out;
        this.jobs = List.copyOf(jobs);
        this.shipped = shipped;
    }

    /**
     * Reads the jobs before anything is started.
     *
     * @param jobsFile JSON lines, or null for the shipped jobs
     * @throws IllegalArgumentException naming file, line and field
     */
    public static DemoRunner of(Home home, PrintWriter out, @Nullable Path jobsFile)
            throws IOException {
        return jobsFile == null
                ? new DemoRunner(home, out, DemoJob.shipped(), true)
                : new DemoRunner(home, out, DemoJob.read(jobsFile), false);
    }

    /**
     * Runs the jobs through a running stack.
     *
     * @param json where the report goes, or null
     * @return whether it passed
     */
    public boolean run(Endpoints endpoints, boolean killWorker, @Nullable Path json)
            throws IOException,
                    InterruptedException,
                    ExecutionException,
                    TimeoutException,
                    SQLException {
        Catalog catalog = catalog(endpoints);
        checkTenants(catalog, endpoints);
        List<String> lanes = lanesWithWorkers(catalog);
        out.println(
                "Posting "
                        + jobs.size()
                        + " jobs, "
                        + jobs.stream().filter(DemoJob::overHttp).count()
                        + " of them over HTTP with a callback.");
        out.flush();
        DemoReport report = new Demo(home, endpoints, out).run(jobs, killWorker, lanes, shipped);
        report.print(out);
        if (json != null) {
            Files.writeString(json, JsonFile.text(report.json()) + "\n");
        }
        out.println(report.lastLine());
        out.flush();
        return report.passed();
    }

    private void checkTenants(Catalog catalog, Endpoints endpoints) {
        for (DemoJob job : jobs) {
            if (catalog.tenant(job.tenant()).isEmpty()) {
                throw new IllegalArgumentException(
                        "tenant "
                                + job.tenant()
                                + " is not in the catalog; known are "
                                + catalog.tenants().keySet());
            }
            if (job.overHttp() && !endpoints.apiKeys().containsKey(job.tenant())) {
                throw new IllegalArgumentException(
                        "tenant "
                                + job.tenant()
                                + " has no API key in "
                                + home.endpointsFile()
                                + "; known are "
                                + endpoints.apiKeys().keySet());
            }
        }
    }

    private static Catalog catalog(Endpoints endpoints)
            throws InterruptedException, TimeoutException {
        try (LiveCatalog live =
                new LiveCatalog(Connection.to(endpoints.bootstrap(), endpoints.registryUrl()))
                        .start()
                        .awaitLoaded(CATALOG)) {
            return live.get();
        }
    }

    private static List<String> lanesWithWorkers(Catalog catalog) {
        return catalog.lanes().values().stream()
                .filter(lane -> lane.workers() > 0 && !lane.retired())
                .map(Lane::name)
                .sorted()
                .toList();
    }
}
