package dev.millrace.faults;

import dev.millrace.kit.Connection;
import dev.millrace.local.apply.CatalogApply;
import dev.millrace.local.cli.OracleSubject;
import dev.millrace.local.home.Endpoints;
import dev.millrace.local.home.Home;
import dev.millrace.local.home.StackState;
import dev.millrace.local.supervise.Supervisor;
import dev.millrace.oracle.Subject;
import dev.millrace.stack.BoundedCommand;
import dev.millrace.stack.FileTree;
import dev.millrace.stack.model.Fault;
import dev.millrace.stack.model.ModelServer;
import dev.millrace.stack.model.ModelServerSettings;
import dev.millrace.topics.TopicPlan;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/**
 * A whole stack of real parts under a supervisor that starts again what dies: three brokers,
 * registry, PostgreSQL, the five services; and two model servers in this process, the second of
 * which fails by seed.
 */
final class FaultStack implements AutoCloseable {
    static final int BROKERS = 3;
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final double SHARE_OF_EACH_FAULT = 0.2;

    private final Home home;
    private final Supervisor supervisor;
    private final Endpoints endpoints;
    private final ModelServer models;
    private final ModelServer flaky;
    private StackCatalog catalog;

    private FaultStack(
            Home home,
            Supervisor supervisor,
            Endpoints endpoints,
            ModelServer models,
            ModelServer flaky,
            StackCatalog catalog) {
        this.home = home;
        this.supervisor = supervisor;
        this.endpoints = endpoints;
        this.models = models;
        this.flaky = flaky;
        this.catalog = catalog;
    }

    /**
     * Starts it under {@code root}, which must be empty.
     *
     * @param caches start-up caches that another one has left; may be missing
     * @param record whether to make caches of what is not among them
     */
    static FaultStack start(
            Path root, Path checkout, CallBook calls, Path caches, boolean record, long seed)
            throws IOException, InterruptedException, TimeoutException {
        Home home = new Home(root, checkout);
        link(caches, home.data("aot"));
        ModelServer models =
                ModelServer.start(
                        ModelServerSettings.quick()
                                .withPace(Duration.ofMillis(80), Duration.ofNanos(200_000)));
        models.watch(calls);
        ModelServer flaky =
                ModelServer.start(
                        ModelServerSettings.parse(
                                        List.of("--retry-after-s", "1", "--hang-ms", "10000"),
                                        Map.of())
                                .withFaults(faultRates(), seed));
        flaky.watch(calls);
        Path poisoned =
                PoisonModel.make(
                        checkout.resolve("inference-workers/models/guide-llama.gguf"),
                        home.data("models").resolve("poisoned.gguf"));
        StackCatalog catalog = StackCatalog.usual(models.baseUrl(), flaky.baseUrl(), poisoned);
        // there before the supervisor looks for one, it is the stack's first catalog
        Files.writeString(home.catalogFile(), catalog.text());
        Map<String, String> environment = new HashMap<>(System.getenv());
        environment.put("MILLRACE_BROKERS", Integer.toString(BROKERS));
        environment.put("MILLRACE_AOT", record ? "" : "use");
        Supervisor supervisor = new Supervisor(home, environment);
        Runtime.getRuntime().addShutdownHook(new Thread(supervisor::close, "end-stack"));
        try {
            return new FaultStack(home, supervisor, supervisor.start(), models, flaky, catalog);
        } catch (RuntimeException | TimeoutException | InterruptedException e) {
            supervisor.close();
            throw e;
        }
    }

    private static void link(Path from, Path to) throws IOException {
        if (!Files.isDirectory(from) || from.equals(to)) {
            return;
        }
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : files.toList()) {
                Files.createSymbolicLink(to.resolve(file.getFileName()), file.toAbsolutePath());
            }
        }
    }

    private static Map<Fault, Double> faultRates() {
        return Map.of(
                Fault.RATE_LIMIT, SHARE_OF_EACH_FAULT,
                Fault.SERVER_ERROR, SHARE_OF_EACH_FAULT,
                Fault.TIMEOUT, SHARE_OF_EACH_FAULT,
                Fault.GARBAGE, SHARE_OF_EACH_FAULT);
    }

    Connection connection() {
        return Connection.to(endpoints.bootstrap(), endpoints.registryUrl());
    }

    Endpoints endpoints() {
        return endpoints;
    }

    Subject subject() {
        return OracleSubject.of(endpoints);
    }

    StackCatalog catalog() {
        return catalog;
    }

    /** Puts another catalog in force and waits until its workers are there, and no others. */
    void apply(StackCatalog next) throws InterruptedException, TimeoutException {
        try {
            Files.writeString(home.catalogFile(), next.text());
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        CatalogApply.Outcome outcome =
                new CatalogApply(connection(), TopicPlan.Cluster.local(BROKERS), Clock.systemUTC())
                        .apply(home.catalogFile());
        if (outcome instanceof CatalogApply.Outcome.Refused refused) {
            throw new IllegalStateException("the catalog is refused: " + refused.problems());
        }
        catalog = next;
        for (String lane : List.of(StackCatalog.CHAT, StackCatalog.FLAKY, StackCatalog.GUIDE)) {
            Waiting.until(
                    "the workers of lane " + lane,
                    PATIENCE,
                    () ->
                            workers(lane).size() == next.workers(lane)
                                    && workers(lane).stream().allMatch(FaultStack::isRunning));
        }
    }

    /** The workers of a lane, whatever state they are in. */
    List<StackState.Service> workers(String lane) {
        return supervisor.processes().stream()
                .filter(process -> lane.equals(process.lane()))
                .toList();
    }

    List<String> brokers() {
        return supervisor.processes().stream()
                .map(StackState.Service::name)
                .filter(name -> name.startsWith("broker-"))
                .toList();
    }

    /** Waits until all that is supervised runs. */
    void awaitAllRunning() throws InterruptedException, TimeoutException {
        Waiting.until(
                "all processes of the stack",
                PATIENCE,
                () -> supervisor.processes().stream().allMatch(FaultStack::isRunning));
    }

    private static boolean isRunning(StackState.Service process) {
        return process.state().equals("running");
    }

    /** SIGKILL; the supervisor starts another. */
    void kill(String name) {
        long pid = pid(name);
        ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
    }

    void signal(String name, String signal) throws InterruptedException {
        BoundedCommand.signal(signal, pid(name));
    }

    /** SIGKILL; none is started until {@link #release}. */
    void hold(String name) throws InterruptedException {
        supervisor.hold(name);
    }

    void release(String name) {
        supervisor.release(name);
    }

    /** What a Streams application has on its disk goes; it must be held. */
    void deleteState(String name) throws IOException {
        FileTree.delete(home.data(name));
    }

    private long pid(String name) {
        return supervisor.processes().stream()
                .filter(process -> process.name().equals(name))
                .mapToLong(StackState.Service::pid)
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no process is named " + name));
    }

    /** Stops everything. The folder stays. */
    @Override
    public void close() {
        supervisor.close();
        models.close();
        flaky.close();
    }
}
