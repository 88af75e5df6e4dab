package dev.millrace.local.demo;

import dev.millrace.oracle.Verdict;
import dev.millrace.oracle.Verdict.Invariant;
import dev.millrace.v1.InferenceResult;
import dev.millrace.v1.ResultStatus;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What a run came to: the figures by tenant and lane, the samples, the verdict. Pure. */
final class DemoReport {
    private static final int SAMPLES = 3;
    private static final double GUIDE_SHARE = 0.95;

    /** One finished job of the run beside what was posted, and its charge from the ledger. */
    record Finished(DemoJob job, InferenceResult result, long costMicros) {
        String lane() {
            return result.getLane().orElse("-");
        }

        long latencyMs() {
            return Duration.between(result.getAcceptedAt(), result.getCompletedAt()).toMillis();
        }
    }

    /** Times are from acceptance to completion, in milliseconds. */
    record Row(
            String tenant,
            String lane,
            int jobs,
            long inputTokens,
            long outputTokens,
            long costMicros,
            long p50Ms,
            long p95Ms) {}

    /** How many questions of the guide a lane answered exactly. */
    record Guide(int asked, int exact) {
        boolean good() {
            return exact >= GUIDE_SHARE * asked;
        }
    }

    private final int posted;
    private final List<Finished> finished;
    private final int duplicates;
    private final Verdict verdict;
    private final List<String> lanes;
    private final Callbacks callbacks;
    private final boolean killed;
    private final boolean allMustSucceed;

    /**
     * What the receiver of the callbacks saw: distinct ids with a good signature, and requests with
     * a bad one.
     */
    record Callbacks(int expected, int delivered, int badSignatures) {}

    /**
     * @param killed whether the worker that was to be killed was; true where none was to be
     * @param allMustSucceed for jobs that are known to be good
     * @param lanes that must each have had a job
     */
    DemoReport(
            int posted,
            List<Finished> finished,
            int duplicates,
            Callbacks callbacks,
            boolean killed,
            boolean allMustSucceed,
            Verdict verdict,
            List<String> lanes) {
        this.posted = posted;
        this.finished = List.copyOf(finished);
        this.duplicates = duplicates;
        this.callbacks = callbacks;
        this.killed = killed;
        this.allMustSucceed = allMustSucceed;
        this.verdict = verdict;
        this.lanes = List.copyOf(lanes);
    }

    boolean passed() {
        return faults().isEmpty();
    }

    /** Why the run failed; empty when it passed. */
    List<String> faults() {
        List<String> faults = new ArrayList<>();
        for (Invariant invariant : Invariant.values()) {
            verdict.violations()
                    .getOrDefault(invariant, List.of())
                    .forEach(v -> faults.add(invariant + ": " + v));
        }
        if (finished.size() != posted) {
            faults.add((posted - finished.size()) + " of " + posted + " jobs have no result");
        }
        if (verdict.webhooksExhausted() > 0 || verdict.webhooksPending() > 0) {
            faults.add(
                    verdict.webhooksExhausted()
                            + " webhooks are exhausted, "
                            + verdict.webhooksPending()
                            + " pending");
        }
        if (callbacks.badSignatures() > 0) {
            faults.add(callbacks.badSignatures() + " webhooks came with a wrong signature");
        }
        if (callbacks.delivered() != callbacks.expected()) {
            faults.add(callbacks.delivered() + " of " + callbacks.expected() + " callbacks came");
        }
        if (!killed) {
            faults.add("no worker was killed: the run was over before");
        }
        long others =
                finished.stream()
                        .filter(job -> job.result().getStatus() != ResultStatus.SUCCEEDED)
                        .count();
        if (allMustSucceed && others > 0) {
            faults.add(others + " jobs did not succeed");
        }
        for (String lane : lanes) {
            if (finished.stream().noneMatch(job -> job.lane().equals(lane))) {
                faults.add("lane " + lane + " had no job");
            }
        }
        guide().forEach(
                        (lane, guide) -> {
                            if (!guide.good()) {
                                faults.add(
                                        "lane "
                                                + lane
                                                + " answered "
                                                + guide.exact()
                                                + " of "
                                                + guide.asked()
                                                + " questions of the guide exactly");
                            }
                        });
        return faults;
    }

    Map<String, Guide> guide() {
        Map<String, Guide> guide = new TreeMap<>();
        for (Finished job : finished) {
            job.job()
                    .expected()
                    .ifPresent(
                            expected -> {
                                int exact =
                                        job.result()
                                                        .getOutput()
                                                        .map(String::strip)
                                                        .filter(expected::equals)
                                                        .isPresent()
                                                ? 1
                                                : 0;
                                guide.merge(
                                        job.lane(),
                                        new Guide(1, exact),
                                        (a, b) ->
                                                new Guide(
                                                        a.asked() + b.asked(),
                                                        a.exact() + b.exact()));
                            });
        }
        return guide;
    }

    List<Row> byTenantAndLane() {
        Map<String, List<Finished>> groups = new TreeMap<>();
        finished.forEach(
                job ->
                        groups.computeIfAbsent(
                                        job.job().tenant() + "/" + job.lane(),
                                        key -> new ArrayList<>())
                                .add(job));
        return groups.values().stream()
                .map(group -> row(group.getFirst().job().tenant(), group))
                .toList();
    }

    private List<Row> byLane() {
        Map<String, List<Finished>> groups = new TreeMap<>();
        finished.forEach(
                job -> groups.computeIfAbsent(job.lane(), key -> new ArrayList<>()).add(job));
        return groups.values().stream().map(group -> row("", group)).toList();
    }

    private static Row row(String tenant, List<Finished> jobs) {
        List<Long> times = jobs.stream().map(Finished::latencyMs).sorted().toList();
        return new Row(
                tenant,
                jobs.getFirst().lane(),
                jobs.size(),
                jobs.stream().mapToLong(job -> job.result().getUsage().getInputTokens()).sum(),
                jobs.stream().mapToLong(job -> job.result().getUsage().getOutputTokens()).sum(),
                jobs.stream().mapToLong(Finished::costMicros).sum(),
                percentile(times, 50),
                percentile(times, 95));
    }

    /** Nearest rank. */
    static long percentile(List<Long> sorted, int percent) {
        int rank = (int) Math.ceil(percent / 100.0 * sorted.size());
        return sorted.get(Math.max(0, rank - 1));
    }

    private List<Map<String, String>> samples() {
        Comparator<Finished> byPrompt = Comparator.comparing(job -> job.job().prompt());
        List<Finished> known =
                finished.stream()
                        .filter(job -> job.job().expected().isPresent())
                        .sorted(byPrompt)
                        .toList();
        List<Finished> pool = known.isEmpty() ? finished : known;
        List<Map<String, String>> samples = new ArrayList<>();
        for (int i = 0; i < Math.min(SAMPLES, pool.size()); i++) {
            Finished job = pool.get(i * pool.size() / SAMPLES % pool.size());
            Map<String, String> sample = new LinkedHashMap<>();
            sample.put("lane", job.lane());
            sample.put("prompt", job.job().prompt());
            sample.put("expected", job.job().expected().orElse(""));
            sample.put("answer", job.result().getOutput().orElse("").strip());
            samples.add(sample);
        }
        return samples;
    }

    Map<String, Object> json() {
        Map<String, Object> report = new LinkedHashMap<>();
        report.put("jobs", posted);
        report.put("accepted", verdict.accepted());
        report.put("results", finished.size());
        report.put("duplicates", Math.max(duplicates, verdict.duplicates()));
        report.put("lost", posted - finished.size());
        report.put("charged_micros", verdict.chargedMicros());
        report.put("results_micros", verdict.resultsMicros());
        report.put(
                "webhooks",
                Map.of(
                        "delivered",
                        verdict.webhooksDelivered(),
                        "exhausted",
                        verdict.webhooksExhausted()));
        Map<String, Boolean> invariants = new LinkedHashMap<>();
        for (Invariant invariant : Invariant.values()) {
            invariants.put(invariant.name(), verdict.holds(invariant));
        }
        report.put("invariants", invariants);
        List<Map<String, Object>> rows = new ArrayList<>();
        byLane().forEach(row -> rows.add(json(row)));
        report.put("lanes", rows);
        report.put("guide", guide());
        report.put("samples", samples());
        report.put("faults", faults());
        return report;
    }

    private static Map<String, Object> json(Row row) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("lane", row.lane());
        map.put("jobs", row.jobs());
        map.put("input_tokens", row.inputTokens());
        map.put("output_tokens", row.outputTokens());
        map.put("cost_micros", row.costMicros());
        map.put("p50_ms", row.p50Ms());
        map.put("p95_ms", row.p95Ms());
        return map;
    }

    void print(PrintWriter out) {
        out.printf(
                "%n%-10s %-14s %6s %10s %10s %12s %8s %8s%n",
                "TENANT", "LANE", "JOBS", "INPUT", "OUTPUT", "COST USD", "P50 ms", "P95 ms");
        for (Row row : byTenantAndLane()) {
            out.printf(
                    "%-10s %-14s %6d %10d %10d %12.6f %8d %8d%n",
                    row.tenant(),
                    row.lane(),
                    row.jobs(),
                    row.inputTokens(),
                    row.outputTokens(),
                    row.costMicros() / 1e6,
                    row.p50Ms(),
                    row.p95Ms());
        }
        out.println();
        for (Map<String, String> sample : samples()) {
            out.println("Q  " + sample.get("prompt") + "   [" + sample.get("lane") + "]");
            if (!String.valueOf(sample.get("expected")).isEmpty()) {
                out.println("   expected  " + sample.get("expected"));
            }
            out.println("   answer    " + sample.get("answer"));
        }
        guide().forEach(
                        (lane, guide) ->
                                out.printf(
                                        "%nguide: %s answered %d of %d questions exactly",
                                        lane, guide.exact(), guide.asked()));
        out.printf(
                "%n%nwebhooks: %d delivered, %d exhausted, every signature checked; charged %d micro-units, the results come to %d%n",
                verdict.webhooksDelivered(),
                verdict.webhooksExhausted(),
                verdict.chargedMicros(),
                verdict.resultsMicros());
        printStatuses(out);
        faults().forEach(fault -> out.println("fault: " + fault));
    }

    private void printStatuses(PrintWriter out) {
        Map<ResultStatus, Integer> statuses = new TreeMap<>();
        finished.forEach(job -> statuses.merge(job.result().getStatus(), 1, Integer::sum));
        out.println("results: " + statuses);
    }

    /** The line that a script reads. */
    String lastLine() {
        return "demo: "
                + (passed() ? "PASS" : "FAIL")
                + " I1="
                + verdict.holds(Invariant.I1)
                + " I2="
                + verdict.holds(Invariant.I2)
                + " I3="
                + verdict.holds(Invariant.I3);
    }
}
