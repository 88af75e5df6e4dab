package dev.millrace.local.cli;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.millrace.kit.Connection;
import dev.millrace.kit.LaneLags;
import dev.millrace.kit.LiveCatalog;
import dev.millrace.local.home.Endpoints;
import dev.millrace.local.home.Home;
import dev.millrace.local.home.JsonFile;
import dev.millrace.local.home.StackState;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "status",
        mixinStandardHelpOptions = true,
        description = "Shows every process, and each lane's lag and workers.")
final class StatusCommand implements Callable<Integer> {
    private static final Duration CATALOG = Duration.ofSeconds(10);
    @Spec private CommandSpec spec;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    /**
     * @param lag records, or null where the broker did not answer
     */
    @JsonInclude(JsonInclude.Include.ALWAYS)
    record Lane(String lane, @Nullable Long lag, int workers) {}

    record Status(boolean ready, List<Service> services, List<Lane> lanes) {}

    @JsonInclude(JsonInclude.Include.ALWAYS)
    record Service(
            String name,
            long pid,
            String state,
            int restarts,
            @Nullable String url,
            @Nullable String lane) {}

    @Override
    public Integer call() throws Exception {
        Home home = Home.fromEnvironment(System.getenv());
        Optional<StackState> state = new LocalStack(home).running();
        if (state.isEmpty()) {
            if (json) {
                spec.commandLine()
                        .getOut()
                        .println(JsonFile.text(new Status(false, List.of(), List.of())));
            }
            throw new MillraceCommand.NotRunningException(
                    "the stack is not running; start it with: millrace up");
        }
        Optional<Endpoints> endpoints = Endpoints.read(home);
        List<Lane> lanes = endpoints.isPresent() ? lanes(endpoints.get(), state.get()) : List.of();
        Status status =
                new Status(
                        state.get().ready(),
                        state.get().services().stream()
                                .map(
                                        s ->
                                                new Service(
                                                        s.name(),
                                                        s.pid(),
                                                        s.state(),
                                                        s.restarts(),
                                                        s.url(),
                                                        s.lane()))
                                .toList(),
                        lanes);
        if (json) {
            spec.commandLine().getOut().println(JsonFile.text(status));
        } else {
            print(status, spec.commandLine().getOut());
        }
        return status.ready() ? MillraceCommand.ExitCode.OK : MillraceCommand.ExitCode.NOT_RUNNING;
    }

    private static List<Lane> lanes(Endpoints endpoints, StackState state)
            throws InterruptedException {
        Connection connection = Connection.to(endpoints.bootstrap(), endpoints.registryUrl());
        List<Lane> lanes = new ArrayList<>();
        try (LiveCatalog catalog = new LiveCatalog(connection).start().awaitLoaded(CATALOG);
                Admin admin = Admin.create(connection.admin())) {
            Set<String> names = new TreeSet<>(catalog.get().lanes().keySet());
            Map<String, Long> lags = lags(admin, names);
            for (String lane : names) {
                int workers =
                        (int)
                                state.services().stream()
                                        .filter(
                                                s ->
                                                        lane.equals(s.lane())
                                                                && s.state().equals("running"))
                                        .count();
                lanes.add(new Lane(lane, lags.get(lane), workers));
            }
        } catch (TimeoutException e) {
            return lanes;
        }
        return lanes;
    }

    private static Map<String, Long> lags(Admin admin, Set<String> lanes)
            throws InterruptedException {
        try {
            return new LaneLags(admin).of(lanes);
        } catch (ExecutionException | TimeoutException e) {
            return Map.of();
        }
    }

    private static void print(Status status, PrintWriter out) {
        out.println(status.ready() ? "ready" : "not ready");
        out.printf("%n%-24s %8s  %-10s %8s  %s%n", "PROCESS", "PID", "STATE", "RESTARTS", "URL");
        for (Service service : status.services()) {
            out.printf(
                    "%-24s %8d  %-10s %8d  %s%n",
                    service.name(),
                    service.pid(),
                    service.state(),
                    service.restarts(),
                    service.url() == null ? "" : service.url());
        }
        out.printf("%n%-24s %8s  %s%n", "LANE", "LAG", "WORKERS");
        for (Lane lane : status.lanes()) {
            out.printf(
                    "%-24s %8s  %d%n",
                    lane.lane(), lane.lag() == null ? "?" : lane.lag(), lane.workers());
        }
    }
}
