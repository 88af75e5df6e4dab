package dev.millrace.local.cli;

import dev.millrace.local.demo.DemoRunner;
import dev.millrace.local.home.Home;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        description = {
            "Starts the stack, sends real prompts through it by topic and by HTTP, checks the webhooks and the bill,",
            "and leaves nothing running that was not running before."
        })
final class DemoCommand implements Callable<Integer> {
    @Spec private CommandSpec spec;

    @Option(
            names = "--jobs",
            paramLabel = "FILE",
            description =
                    "Your own prompts: JSON lines {\"tenant\":..,\"prompt\":..,\"via\":\"topic\"|\"http\"}.")
    private @Nullable Path jobs;

    @Option(names = "--kill-worker", description = "kill -9 a worker in the middle of the run.")
    private boolean killWorker;

    @Option(
            names = "--json",
            paramLabel = "OUT",
            description = "Write the report as JSON to this file.")
    private @Nullable Path json;

    @Override
    public Integer call() throws Exception {
        PrintWriter out = spec.commandLine().getOut();
        Home home = Home.fromEnvironment(System.getenv());
        LocalStack stack = new LocalStack(home);
        DemoRunner demo = DemoRunner.of(home, out, jobs);
        out.println("Starting the stack in " + home.root());
        out.flush();
        boolean startedHere = stack.running().isEmpty();
        Thread ifInterrupted = new Thread(() -> endQuietly(stack), "end");
        if (startedHere) {
            Runtime.getRuntime().addShutdownHook(ifInterrupted);
        }
        try {
            stack.up(out);
            boolean passed = demo.run(stack.endpoints(), killWorker, json);
            return passed ? MillraceCommand.ExitCode.OK : MillraceCommand.ExitCode.BROKEN;
        } finally {
            if (startedHere) {
                Runtime.getRuntime().removeShutdownHook(ifInterrupted);
                stack.down();
            }
        }
    }

    private static void endQuietly(LocalStack stack) {
        try {
            stack.down();
        } catch (InterruptedException | IOException | TimeoutException e) {
            Thread.currentThread().interrupt();
        }
    }
}
