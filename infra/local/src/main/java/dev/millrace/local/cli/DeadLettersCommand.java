package dev.millrace.local.cli;

import dev.millrace.local.home.Endpoints;
import dev.millrace.local.home.Home;
import dev.millrace.local.home.JsonFile;
import java.io.PrintWriter;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "dead-letters",
        mixinStandardHelpOptions = true,
        description = "Shows records that could not be processed, and why.",
        subcommands = {DeadLettersCommand.ListCommand.class, DeadLettersCommand.ShowCommand.class})
final class DeadLettersCommand implements Runnable {
    @Spec private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "list or show?");
    }

    private static List<DeadLetterReader.Letter> letters() throws Exception {
        Endpoints endpoints = new LocalStack(Home.fromEnvironment(System.getenv())).endpoints();
        return new DeadLetterReader(endpoints).all();
    }

    @Command(
            name = "list",
            mixinStandardHelpOptions = true,
            description = "One line each, oldest first.")
    static final class ListCommand implements Callable<Integer> {
        @Spec private CommandSpec spec;

        @Option(names = "--reason", description = "Only those whose reason begins with this.")
        private String reason = "";

        @Option(names = "--topic", description = "Only those from this topic.")
        private String topic = "";

        @Option(names = "--json", description = "Print JSON.")
        private boolean json;

        @Override
        public Integer call() throws Exception {
            PrintWriter out = spec.commandLine().getOut();
            List<DeadLetterReader.Letter> found =
                    letters().stream()
                            .filter(letter -> letter.reason().startsWith(reason))
                            .filter(letter -> topic.isEmpty() || letter.topic().equals(topic))
                            .toList();
            if (json) {
                out.println(JsonFile.text(found.stream().map(ListCommand::row).toList()));
                return MillraceCommand.ExitCode.OK;
            }
            found.forEach(
                    letter ->
                            out.printf(
                                    "%s  %s  attempts=%s  bytes=%d  %s%n",
                                    letter.at(),
                                    letter.id(),
                                    letter.attempts(),
                                    letter.value().length,
                                    letter.reason()));
            out.println(found.size() + " dead letters");
            return MillraceCommand.ExitCode.OK;
        }

        private static Map<String, Object> row(DeadLetterReader.Letter letter) {
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("id", letter.id());
            row.put("at", letter.at().toString());
            row.put("topic", letter.topic());
            row.put("reason", letter.reason());
            row.put("attempts", letter.attempts());
            row.put("bytes", letter.value().length);
            return row;
        }
    }

    @Command(
            name = "show",
            mixinStandardHelpOptions = true,
            description = "One letter with its headers; its bytes on request.")
    static final class ShowCommand implements Callable<Integer> {
        @Spec private CommandSpec spec;

        @Parameters(paramLabel = "ID", description = "TOPIC/PARTITION/OFFSET as list shows it.")
        private String id = "";

        @Option(
                names = "--body",
                description = "Also the original bytes, base64; they may hold a prompt.")
        private boolean body;

        @Override
        public Integer call() throws Exception {
            PrintWriter out = spec.commandLine().getOut();
            DeadLetterReader.Letter letter =
                    letters().stream()
                            .filter(candidate -> candidate.id().equals(id))
                            .findFirst()
                            .orElseThrow(
                                    () ->
                                            new ParameterException(
                                                    spec.commandLine(),
                                                    "There is no dead letter " + id));
            out.println("id        " + letter.id());
            out.println("at        " + letter.at());
            out.println("reason    " + letter.reason());
            out.println("attempts  " + letter.attempts());
            out.println("bytes     " + letter.value().length);
            letter.headers()
                    .forEach((name, value) -> out.println("header    " + name + ": " + value));
            if (body) {
                out.println(Base64.getEncoder().encodeToString(letter.value()));
            }
            return MillraceCommand.ExitCode.OK;
        }
    }
}
