package dev.millrace.local.cli;

import dev.millrace.kit.Connection;
import dev.millrace.kit.LiveCatalog;
import dev.millrace.local.home.JsonFile;
import dev.millrace.local.letters.Letter;
import dev.millrace.local.letters.LetterFilter;
import dev.millrace.local.letters.LetterReader;
import dev.millrace.local.letters.LetterReplay;
import java.io.PrintWriter;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "replay",
        mixinStandardHelpOptions = true,
        description = {
            "Sends letters in again: each becomes one new job of its tenant, checked as any other.",
            "The same letter replayed again, also after a replay that was killed, is the same job."
        })
final class LetterReplayCommand implements Callable<Integer> {
    private static final Duration CATALOG = Duration.ofSeconds(30);
    private static final int FLUSH_EVERY = 500;
    private static final int LISTED = 1_000;

    @Spec private CommandSpec spec;

    @Parameters(
            arity = "0..*",
            paramLabel = "ID",
            description = "TOPIC/PARTITION/OFFSET as list shows them; without any, all that match.")
    private List<String> ids = new ArrayList<>();

    @Mixin private LetterOptions which = new LetterOptions();

    @Option(names = "--all", description = "Every letter there is.")
    private boolean all;

    @Option(names = "--dry-run", description = "Say what would be sent, and send nothing.")
    private boolean dryRun;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    /** A letter that stays one. */
    record Refused(String id, String why) {}

    /**
     * @param replayed letters sent in again and acknowledged, or that would have been
     * @param refused the first of those that nothing can come of
     */
    record Report(
            boolean dryRun, int matched, int replayed, int notReplayed, List<Refused> refused) {}

    @Override
    public Integer call() throws Exception {
        LetterFilter filter = which.filter(ids, Clock.systemUTC());
        if (filter.isOpen() && !all) {
            throw new ParameterException(
                    spec.commandLine(),
                    "Which letters? Name some, or give --reason, --topic, --since or --until, or"
                            + " --all");
        }
        Connection connection = DeadLettersCommand.connection();
        Set<String> missing = new HashSet<>(ids);
        Report report = replay(connection, filter, missing);
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(JsonFile.text(report));
        } else {
            report.refused()
                    .forEach(each -> out.println("stays  " + each.id() + ": " + each.why()));
            out.printf(
                    "%s %d of %d letters%n",
                    dryRun ? "would replay" : "replayed", report.replayed(), report.matched());
        }
        missing.forEach(id -> spec.commandLine().getErr().println("There is no dead letter " + id));
        return missing.isEmpty() ? MillraceCommand.ExitCode.OK : MillraceCommand.ExitCode.USAGE;
    }

    private Report replay(Connection connection, LetterFilter filter, Set<String> missing)
            throws Exception {
        try (LiveCatalog catalog = new LiveCatalog(connection).start();
                LetterReplay replay =
                        new LetterReplay(connection, catalog.awaitLoaded(CATALOG).get(), dryRun)) {
            Tally tally = new Tally(replay, missing);
            new LetterReader(connection).each(filter, tally::take);
            replay.flush();
            return tally.report();
        }
    }

    private final class Tally {
        private final LetterReplay replay;
        private final Set<String> missing;
        private final List<Refused> refused = new ArrayList<>();
        private int matched;
        private int sent;

        Tally(LetterReplay replay, Set<String> missing) {
            this.replay = replay;
            this.missing = missing;
        }

        void take(Letter letter) {
            matched++;
            missing.remove(letter.id());
            switch (replay.send(letter)) {
                case LetterReplay.Done.Sent done -> sent++;
                case LetterReplay.Done.Not(String why) -> {
                    if (refused.size() < LISTED) {
                        refused.add(new Refused(letter.id(), why));
                    }
                }
            }
            if (matched % FLUSH_EVERY == 0) {
                replay.flush();
                spec.commandLine().getErr().println(matched + " letters read, " + sent + " sent");
            }
        }

        Report report() {
            return new Report(dryRun, matched, sent, matched - sent, List.copyOf(refused));
        }
    }
}
