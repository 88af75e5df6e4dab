package dev.millrace.local.cli;

import dev.millrace.kit.Connection;
import dev.millrace.local.home.Endpoints;
import dev.millrace.local.home.Home;
import dev.millrace.local.letters.Letter;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
        name = "dead-letters",
        mixinStandardHelpOptions = true,
        description =
                "Shows records that could not be processed and jobs that used up their attempts,"
                        + " and sends them in again.",
        subcommands = {LetterListCommand.class, LetterShowCommand.class, LetterReplayCommand.class})
final class DeadLettersCommand implements Runnable {
    @Spec private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "list, show or replay?");
    }

    static Connection connection() {
        Endpoints endpoints =
                new LocalStack(Home.fromEnvironment(System.getenv())).endpointsWhateverIsDown();
        return Connection.to(endpoints.bootstrap(), endpoints.registryUrl());
    }

    static Map<String, Object> row(Letter letter) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("id", letter.id());
        row.put("at", letter.at().toString());
        row.put("topic", letter.topic());
        row.put("reason", letter.reason());
        row.put("attempts", letter.attempts());
        row.put("bytes", letter.bytes());
        return row;
    }
}
