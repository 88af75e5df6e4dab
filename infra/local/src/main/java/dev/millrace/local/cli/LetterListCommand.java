package dev.millrace.local.cli;

import dev.millrace.local.home.JsonFile;
import dev.millrace.local.letters.Letter;
import dev.millrace.local.letters.LetterReader;
import java.io.PrintWriter;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "list",
        mixinStandardHelpOptions = true,
        description = "One line each, oldest first; the newest 100000 at most.")
final class LetterListCommand implements Callable<Integer> {
    private static final int MOST = 100_000;

    @Spec private CommandSpec spec;
    @Mixin private LetterOptions which = new LetterOptions();

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    /** What is kept of a letter: not its bytes. */
    private record Line(Instant at, Map<String, Object> row) {
        static Line of(Letter letter) {
            return new Line(letter.at(), DeadLettersCommand.row(letter));
        }
    }

    @Override
    public Integer call() throws Exception {
        List<Line> lines = new ArrayList<>();
        new LetterReader(DeadLettersCommand.connection())
                .each(
                        which.filter(List.of(), Clock.systemUTC()),
                        letter -> lines.add(Line.of(letter)));
        lines.sort(Comparator.comparing(Line::at));
        List<Line> shown = lines.subList(Math.max(0, lines.size() - MOST), lines.size());
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(JsonFile.text(shown.stream().map(Line::row).toList()));
            return MillraceCommand.ExitCode.OK;
        }
        shown.forEach(
                line ->
                        out.printf(
                                "%s  %s  attempts=%s  bytes=%s  %s%n",
                                line.row().get("at"),
                                line.row().get("id"),
                                line.row().get("attempts"),
                                line.row().get("bytes"),
                                line.row().get("reason")));
        out.println(
                lines.size()
                        + " dead letters"
                        + (shown.size() < lines.size()
                                ? ", of which the newest " + shown.size() + " are shown"
                                : ""));
        return MillraceCommand.ExitCode.OK;
    }
}
