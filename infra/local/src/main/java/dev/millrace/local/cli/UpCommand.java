package dev.millrace.local.cli;

import dev.millrace.local.home.Endpoints;
import dev.millrace.local.home.Home;
import dev.millrace.local.home.JsonFile;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "up",
        mixinStandardHelpOptions = true,
        description = "Starts the stack in the background and returns when it is ready.")
final class UpCommand implements Callable<Integer> {
    @Spec private CommandSpec spec;

    @Option(names = "--json", description = "Print the endpoints as JSON.")
    private boolean json;

    @Override
    public Integer call() throws Exception {
        PrintWriter out = spec.commandLine().getOut();
        PrintWriter err = spec.commandLine().getErr();
        Home home = Home.fromEnvironment(System.getenv());
        LocalStack stack = new LocalStack(home);
        long start = System.nanoTime();
        boolean started = stack.up(json ? err : out);
        Endpoints endpoints = stack.endpoints();
        if (json) {
            out.println(JsonFile.text(endpoints));
            return MillraceCommand.ExitCode.OK;
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        out.println(started ? "Ready after %.1f s.".formatted(seconds) : "It was running already.");
        out.println("  HTTP ingress     " + endpoints.ingressUrl());
        out.println("  Kafka            " + endpoints.bootstrap());
        out.println("  Schema registry  " + endpoints.registryUrl());
        out.println(
                "  PostgreSQL       "
                        + endpoints.jdbcUrl()
                        + " (user "
                        + endpoints.dbUser()
                        + ", password in "
                        + endpoints.dbPasswordFile()
                        + ")");
        out.println("  Catalog          " + home.catalogFile());
        out.println("  API keys and all of the above: " + home.endpointsFile());
        return MillraceCommand.ExitCode.OK;
    }
}
