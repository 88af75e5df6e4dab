package dev.millrace.local.cli;

import dev.millrace.local.home.Home;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "logs",
        mixinStandardHelpOptions = true,
        description = "Shows the end of one log, or names all of them.")
final class LogsCommand implements Callable<Integer> {
    private static final int MOST_LINES = 10_000;
    @Spec private CommandSpec spec;

    @Parameters(arity = "0..1", paramLabel = "NAME", description = "A process, as status names it.")
    private String name = "";

    @Option(
            names = {"-n", "--lines"},
            defaultValue = "50",
            description = "How many lines (default 50, at most 10000).")
    private int lines;

    @Override
    public Integer call() throws IOException {
        Home home = Home.fromEnvironment(System.getenv());
        PrintWriter out = spec.commandLine().getOut();
        if (lines < 1 || lines > MOST_LINES) {
            throw new ParameterException(spec.commandLine(), "--lines is 1 to " + MOST_LINES);
        }
        if (name.isEmpty()) {
            names(home).forEach(out::println);
            return MillraceCommand.ExitCode.OK;
        }
        if (!names(home).contains(name)) {
            throw new ParameterException(
                    spec.commandLine(),
                    "There is no log " + name + ". There are: " + String.join(", ", names(home)));
        }
        tail(home.log(name)).forEach(out::println);
        return MillraceCommand.ExitCode.OK;
    }

    private static List<String> names(Home home) throws IOException {
        Path folder = home.log("x").getParent();
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(file -> file.endsWith(".log"))
                    .map(file -> file.substring(0, file.length() - ".log".length()))
                    .sorted()
                    .toList();
        }
    }

    private ArrayDeque<String> tail(Path file) throws IOException {
        ArrayDeque<String> last = new ArrayDeque<>();
        try (var reader =
                new java.io.BufferedReader(
                        new java.io.InputStreamReader(
                                Files.newInputStream(file), StandardCharsets.UTF_8))) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                last.addLast(line);
                if (last.size() > lines) {
                    last.removeFirst();
                }
            }
        }
        return last;
    }
}
