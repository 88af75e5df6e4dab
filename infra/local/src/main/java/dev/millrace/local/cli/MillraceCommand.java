package dev.millrace.local.cli;

import dev.millrace.stack.ServerStartException;
import java.io.UncheckedIOException;
import java.util.concurrent.TimeoutException;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The command line: one class per verb. */
@Command(
        name = "millrace",
        mixinStandardHelpOptions = true,
        version = "millrace 0.1.0",
        description = "An asynchronous inference pipeline on Apache Kafka: the local stack.",
        subcommands = {
            DemoCommand.class,
            UpCommand.class,
            DownCommand.class,
            StatusCommand.class,
            LogsCommand.class,
            ApplyCommand.class,
            OracleCommand.class,
            DeadLettersCommand.class,
            ModelCommand.class,
            KeysCommand.class
        },
        footer = {
            "",
            "Exit codes: 0 ok; 1 an invariant or test is broken; 2 wrong usage or an invalid catalog;",
            "3 a prerequisite is missing; 4 not running or timed out."
        })
public final class MillraceCommand implements Runnable {
    @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

    @Override
    public void run() {
        throw new CommandLine.ParameterException(spec.commandLine(), "Which verb?");
    }

    public static void main(String[] args) {
        System.exit(commandLine().execute(args));
    }

    static CommandLine commandLine() {
        return new CommandLine(new MillraceCommand())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setExecutionExceptionHandler(
                        (error, command, parsed) -> {
                            command.getErr().println("millrace: " + message(error));
                            return ExitCode.of(error);
                        });
    }

    private static String message(Exception error) {
        String text = error.getMessage();
        return text == null || text.isBlank() ? error.toString() : text;
    }

    /** Exit codes of all verbs. */
    static final class ExitCode {
        static final int OK = 0;
        static final int BROKEN = 1;
        static final int USAGE = 2;
        static final int PREREQUISITE = 3;
        static final int NOT_RUNNING = 4;

        static int of(Exception error) {
            return switch (error) {
                case NotRunningException e -> NOT_RUNNING;
                case TimeoutException e -> NOT_RUNNING;
                case ServerStartException e -> PREREQUISITE;
                case IllegalArgumentException e -> USAGE;
                case UncheckedIOException e -> BROKEN;
                default -> BROKEN;
            };
        }

        private ExitCode() {}
    }

    /** The verb needs a running stack and there is none. */
    static final class NotRunningException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        NotRunningException(String message) {
            super(message);
        }
    }
}
