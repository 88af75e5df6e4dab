package dev.millrace.local.cli;

import dev.millrace.local.apply.FirstCatalog;
import dev.millrace.local.cli.MillraceCommand.NotRunningException;
import dev.millrace.local.home.Endpoints;
import dev.millrace.local.home.Home;
import dev.millrace.local.home.Pids;
import dev.millrace.local.home.Ports;
import dev.millrace.local.home.StackState;
import dev.millrace.local.supervise.Supervisor;
import dev.millrace.local.supervise.SupervisorMain;
import dev.millrace.stack.JavaCommand;
import dev.millrace.stack.JavaHome;
import dev.millrace.stack.ServerStartException;
import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Starts and stops the background supervisor, and tells what it says about itself. */
public final class LocalStack {
    private static final Duration START = Duration.ofMinutes(4);
    private static final Duration STOP = Duration.ofSeconds(180);
    private static final Duration STOP_LEFTOVERS = Duration.ofSeconds(30);
    private static final Duration LOOK = Duration.ofMillis(100);

    private final Home home;

    public LocalStack(Home home) {
        this.home = home;
    }

    /** What the supervisor last wrote, if it is still there. */
    public Optional<StackState> running() {
        return StackState.read(home).filter(StackState::alive);
    }

    public Endpoints endpoints() {
        if (running().filter(StackState::ready).isEmpty()) {
            throw new NotRunningException("the stack is not running; start it with: millrace up");
        }
        return Endpoints.read(home)
                .orElseThrow(() -> new NotRunningException("there is no " + home.endpointsFile()));
    }

    /**
     * Also while a process of it is down: whoever looks into a fault needs the topics, not every
     * service.
     */
    Endpoints endpointsWhateverIsDown() {
        return running()
                .flatMap(there -> Endpoints.read(home))
                .orElseThrow(
                        () ->
                                new NotRunningException(
                                        "the stack is not running; start it with: millrace up"));
    }

    /**
     * Returns when the stack is ready; a running one is left as it is.
     *
     * @return whether this call started it
     */
    public boolean up(PrintWriter out) throws IOException, InterruptedException, TimeoutException {
        Optional<StackState> there = running();
        boolean starting = there.isEmpty();
        ProcessHandle supervisor = starting ? launch() : there.get().supervisor().orElseThrow();
        awaitReady(supervisor, out);
        return starting;
    }

    /**
     * Ends everything, also what a killed supervisor left running; true when there was something.
     */
    public boolean down() throws InterruptedException, TimeoutException, IOException {
        Optional<ProcessHandle> supervisor = StackState.read(home).flatMap(StackState::supervisor);
        boolean ended;
        if (supervisor.isPresent()) {
            ended = supervisor.get().destroy();
            awaitEnd(supervisor.get());
        } else {
            ended = Pids.endLeftovers(home, STOP_LEFTOVERS) > 0;
        }
        Files.deleteIfExists(home.endpointsFile());
        return ended;
    }

    private void awaitEnd(ProcessHandle supervisor) throws InterruptedException, TimeoutException {
        long end = System.nanoTime() + STOP.toNanos();
        while (supervisor.isAlive()) {
            if (System.nanoTime() > end) {
                throw new TimeoutException(
                        "the stack did not stop within "
                                + STOP.toSeconds()
                                + " s; see "
                                + home.log("supervisor"));
            }
            TimeUnit.MILLISECONDS.sleep(LOOK.toMillis());
        }
    }

    private ProcessHandle launch() throws IOException {
        Ports.requireValidBase(System.getenv());
        int brokers = Supervisor.brokers(System.getenv());
        Files.deleteIfExists(home.stateFile());
        List<String> command = new ArrayList<>();
        // a session of its own, so that Ctrl-C here does not end the stack
        if (Files.isExecutable(Path.of("/usr/bin/setsid"))) {
            command.add("/usr/bin/setsid");
        }
        command.addAll(
                JavaCommand.main(
                                JavaHome.resolve(),
                                JavaCommand.currentClassPath(),
                                SupervisorMain.class.getName())
                        .withOptions("-Xmx64m", "-Xss512k", "-XX:TieredStopAtLevel=1")
                        .words());
        ProcessBuilder builder =
                new ProcessBuilder(command)
                        .directory(home.root().toFile())
                        .redirectInput(new File("/dev/null"))
                        .redirectErrorStream(true)
                        .redirectOutput(
                                ProcessBuilder.Redirect.appendTo(home.log("supervisor").toFile()));
        builder.environment().put("MILLRACE_HOME", home.root().toString());
        builder.environment().put("MILLRACE_BROKERS", Integer.toString(brokers));
        builder.environment().put("MILLRACE_CHECKOUT", home.checkout().toString());
        return builder.start().toHandle();
    }

    private void awaitReady(ProcessHandle supervisor, PrintWriter out)
            throws InterruptedException, TimeoutException {
        Set<String> told = new HashSet<>();
        long start = System.nanoTime();
        while (System.nanoTime() - start < START.toNanos()) {
            Optional<StackState> state = StackState.read(home);
            state.ifPresent(seen -> tell(seen, told, out, start));
            if (state.isPresent() && state.get().error() != null) {
                awaitEnd(supervisor);
                throw startFailure(String.valueOf(state.get().error()));
            }
            if (state.filter(StackState::ready).isPresent()) {
                return;
            }
            if (!supervisor.isAlive()) {
                throw new ServerStartException(
                        "the supervisor ended while the stack started; see "
                                + home.log("supervisor"));
            }
            TimeUnit.MILLISECONDS.sleep(LOOK.toMillis());
        }
        throw new TimeoutException(
                "the stack was not ready after "
                        + START.toSeconds()
                        + " s; see "
                        + home.log("supervisor"));
    }

    /** A bad catalog is the user's to mend; anything else is missing or broken here. */
    private static RuntimeException startFailure(String error) {
        return error.startsWith(FirstCatalog.REFUSED)
                ? new IllegalArgumentException(error)
                : new ServerStartException(error);
    }

    private static void tell(StackState state, Set<String> told, PrintWriter out, long start) {
        for (StackState.Service service : state.services()) {
            if (service.state().equals("running") && told.add(service.name())) {
                double seconds = (System.nanoTime() - start) / 1e9;
                out.printf("  %5.1f s  %s is ready%n", seconds, service.name());
                out.flush();
            } else if (service.state().equals("restarting")
                    && told.add(service.name() + service.restarts())) {
                out.printf("           %s did not start and is tried again%n", service.name());
                out.flush();
            }
        }
    }
}
