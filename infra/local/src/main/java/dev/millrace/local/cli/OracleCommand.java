package dev.millrace.local.cli;

import dev.millrace.local.home.Home;
import dev.millrace.local.home.JsonFile;
import dev.millrace.oracle.Oracle;
import dev.millrace.oracle.Verdict;
import dev.millrace.oracle.Verdict.Invariant;
import java.io.PrintWriter;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "oracle",
        mixinStandardHelpOptions = true,
        description = {
            "Judges the running stack from topics, tables and delivery records alone.",
            "Exit code 0: every invariant holds. 1: one is broken. Open jobs are not a fault before their deadline."
        })
final class OracleCommand implements Callable<Integer> {
    @Spec private CommandSpec spec;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    @Option(
            names = "--wait",
            defaultValue = "30",
            description = "Seconds to wait for what is on its way (default 30).")
    private int wait;

    @Override
    public Integer call() throws Exception {
        Home home = Home.fromEnvironment(System.getenv());
        Oracle oracle =
                new Oracle(OracleSubject.of(new LocalStack(home).endpoints()), Clock.systemUTC());
        Verdict verdict = oracle.judgeWhenSettled(Duration.ofSeconds(wait), Set.of());
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(JsonFile.text(report(verdict)));
        } else {
            print(verdict, out);
        }
        return verdict.allHold() ? MillraceCommand.ExitCode.OK : MillraceCommand.ExitCode.BROKEN;
    }

    private static Map<String, Object> report(Verdict verdict) {
        Map<String, Object> invariants = new LinkedHashMap<>();
        for (Invariant invariant : Invariant.values()) {
            invariants.put(invariant.name(), verdict.holds(invariant));
        }
        Map<String, Object> report = new LinkedHashMap<>();
        report.put("accepted", verdict.accepted());
        report.put("results", verdict.results());
        report.put("duplicates", verdict.duplicates());
        report.put("lost", verdict.lost());
        report.put("open", verdict.open());
        report.put("charged_micros", verdict.chargedMicros());
        report.put("results_micros", verdict.resultsMicros());
        report.put(
                "webhooks",
                Map.of(
                        "delivered", verdict.webhooksDelivered(),
                        "exhausted", verdict.webhooksExhausted(),
                        "pending", verdict.webhooksPending()));
        report.put("dead_letters", verdict.deadLetters());
        report.put("invariants", invariants);
        report.put("pending", verdict.pending().stream().limit(20).toList());
        report.put("violations", verdict.violations());
        return report;
    }

    private static void print(Verdict verdict, PrintWriter out) {
        out.printf(
                "accepted %d  results %d  open %d  lost %d  second results %d%n",
                verdict.accepted(),
                verdict.results(),
                verdict.open(),
                verdict.lost(),
                verdict.duplicates());
        out.printf(
                "charged %d micro-units, the results come to %d%n",
                verdict.chargedMicros(), verdict.resultsMicros());
        out.printf(
                "webhooks delivered %d  exhausted %d  pending %d   dead letters %d%n",
                verdict.webhooksDelivered(),
                verdict.webhooksExhausted(),
                verdict.webhooksPending(),
                verdict.deadLetters());
        for (Invariant invariant : Invariant.values()) {
            out.println(invariant + " " + (verdict.holds(invariant) ? "holds" : "BROKEN"));
            verdict.violations()
                    .getOrDefault(invariant, java.util.List.of())
                    .forEach(v -> out.println("   " + v));
        }
    }
}
