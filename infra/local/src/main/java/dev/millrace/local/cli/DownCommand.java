package dev.millrace.local.cli;

import dev.millrace.local.home.Home;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

@Command(
        name = "down",
        mixinStandardHelpOptions = true,
        description = "Stops the stack in good order. Its data stays.")
final class DownCommand implements Callable<Integer> {
    @Spec private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        spec.commandLine()
                .getOut()
                .println("Stopping; the first time, this also writes the start-up caches.");
        spec.commandLine().getOut().flush();
        boolean was = new LocalStack(Home.fromEnvironment(System.getenv())).down();
        spec.commandLine().getOut().println(was ? "Stopped." : "It was not running.");
        return MillraceCommand.ExitCode.OK;
    }
}
