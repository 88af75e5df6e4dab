package dev.millrace.local.demo;

import dev.millrace.kit.Connection;
import dev.millrace.local.cli.OracleSubject;
import dev.millrace.local.home.DemoTenants;
import dev.millrace.local.home.Endpoints;
import dev.millrace.local.home.Home;
import dev.millrace.local.home.Pids;
import dev.millrace.oracle.Oracle;
import dev.millrace.oracle.Verdict;
import dev.millrace.v1.InferenceResult;
import java.io.IOException;
import java.io.PrintWriter;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The demo against a running stack: jobs go in by topic and by HTTP, results and webhooks come
 * back, the oracle judges. Read {@link #run} from top to bottom.
 */
public final class Demo {
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final Duration SETTLE = Duration.ofSeconds(60);
    private static final Duration LOOK = Duration.ofMillis(100);

    private final Home home;
    private final Endpoints endpoints;
    private final PrintWriter out;
    private final Connection connection;
    private final String run;

    public Demo(Home home, Endpoints endpoints, PrintWriter out) {
        this.home = home;
        this.endpoints = endpoints;
        this.out = out;
        this.connection = Connection.to(endpoints.bootstrap(), endpoints.registryUrl());
        byte[] random = new byte[6];
        new SecureRandom().nextBytes(random);
        this.run = HexFormat.of().formatHex(random);
    }

    /** Posts, waits, judges. */
    DemoReport run(
            List<DemoJob> jobs, boolean killWorker, List<String> lanes, boolean allMustSucceed)
            throws IOException,
                    InterruptedException,
                    ExecutionException,
                    TimeoutException,
                    SQLException {
        try (WebhookReceiver webhooks = new WebhookReceiver(webhookSecrets(), Clock.systemUTC());
                ResultWatcher results = new ResultWatcher(connection, run)) {
            Progress progress =
                    new Progress(
                            out,
                            jobs.size(),
                            (int) jobs.stream().filter(DemoJob::overHttp).count());
            boolean killed;
            Posting posting = new Posting(jobs, run, connection, endpoints, webhooks);
            try (posting) {
                posting.start();
                killed = !killWorker;
                long end = System.nanoTime() + PATIENCE.toNanos();
                while (!done(posting, results, webhooks, jobs) && System.nanoTime() < end) {
                    posting.throwIfFailed();
                    if (!killed && results.results().size() > jobs.size() / 4) {
                        killed = killOneWorker(busyLane(jobs, lanes, results.results()));
                    }
                    progress.show(posting.posted(), results.results().size(), webhooks.delivered());
                    TimeUnit.MILLISECONDS.sleep(LOOK.toMillis());
                }
                progress.finish(posting.posted(), results.results().size(), webhooks.delivered());
            }
            Set<String> ids = new HashSet<>(results.results().keySet());
            ids.addAll(posting.httpIds());
            Verdict verdict =
                    new Oracle(OracleSubject.of(endpoints), Clock.systemUTC())
                            .judgeWhenSettled(SETTLE, ids);
            return new DemoReport(
                    jobs.size(),
                    finished(jobs, results.results()),
                    results.duplicates(),
                    new DemoReport.Callbacks(
                            (int) jobs.stream().filter(DemoJob::overHttp).count(),
                            webhooks.delivered(),
                            webhooks.refused()),
                    killed,
                    allMustSucceed,
                    verdict,
                    allMustSucceed ? lanes : List.of());
        }
    }

    private static boolean done(
            Posting posting, ResultWatcher results, WebhookReceiver webhooks, List<DemoJob> jobs) {
        return posting.finished()
                && results.results().size() >= jobs.size()
                && webhooks.delivered() >= posting.httpIds().size();
    }

    private Map<String, String> webhookSecrets() {
        DemoTenants tenants = new DemoTenants(home, new SecureRandom());
        Map<String, String> secrets = new HashMap<>();
        DemoTenants.NAMES.forEach(tenant -> secrets.put(tenant, tenants.webhookSecret(tenant)));
        return secrets;
    }

    /** A lane that still has jobs to do, one that was asked for by name where there is one. */
    private static String busyLane(
            List<DemoJob> jobs, List<String> lanes, Map<String, InferenceResult> results) {
        Set<String> done = new HashSet<>();
        results.values()
                .forEach(
                        result ->
                                done.add(
                                        result.getMetadata()
                                                .getOrDefault(ResultWatcher.INDEX, "")));
        for (int i = jobs.size() - 1; i >= 0; i--) {
            if (lanes.contains(jobs.get(i).model()) && !done.contains(Integer.toString(i))) {
                return jobs.get(i).model();
            }
        }
        return lanes.isEmpty() ? "" : lanes.getFirst();
    }

    /** With SIGKILL, in the middle of its work. */
    private boolean killOneWorker(String lane) {
        return Pids.read(home).stream()
                .filter(entry -> lane.equals(entry.lane()))
                .findFirst()
                .flatMap(entry -> ProcessHandle.of(entry.pid()))
                .map(
                        worker -> {
                            out.println(
                                    "\nkill -9 "
                                            + worker.pid()
                                            + " (a worker of lane "
                                            + lane
                                            + ")");
                            return worker.destroyForcibly();
                        })
                .orElse(false);
    }

    private List<DemoReport.Finished> finished(
            List<DemoJob> jobs, Map<String, InferenceResult> results)
            throws SQLException, IOException {
        Map<String, Long> costs = new LedgerCosts(endpoints).of(results.keySet());
        List<DemoReport.Finished> finished = new ArrayList<>();
        results.forEach(
                (id, result) -> {
                    int index =
                            Integer.parseInt(
                                    result.getMetadata().getOrDefault(ResultWatcher.INDEX, "0"));
                    finished.add(
                            new DemoReport.Finished(
                                    jobs.get(index), result, costs.getOrDefault(id, 0L)));
                });
        return finished;
    }
}
