package dev.millrace.local.supervise;

import dev.millrace.kit.Connection;
import dev.millrace.kit.LiveCatalog;
import dev.millrace.local.apply.FirstCatalog;
import dev.millrace.local.home.DemoTenants;
import dev.millrace.local.home.Endpoints;
import dev.millrace.local.home.Home;
import dev.millrace.local.home.JsonFile;
import dev.millrace.local.home.Pids;
import dev.millrace.local.home.Ports;
import dev.millrace.local.home.StackState;
import dev.millrace.stack.AotCache;
import dev.millrace.stack.FreePorts;
import dev.millrace.stack.JavaHome;
import dev.millrace.stack.ServerSpec;
import dev.millrace.stack.ServerStartException;
import dev.millrace.stack.model.ModelServer;
import dev.millrace.stack.model.ModelServerSettings;
import dev.millrace.stack.postgres.PostgresSettings;
import dev.millrace.topics.TopicPlan;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Read this first: one local stack from nothing to ready and back. Servers, topics, catalog,
 * services, workers; then each is watched and restarted when it dies.
 */
public final class Supervisor implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Supervisor.class);
    private static final Duration LEFTOVERS = Duration.ofSeconds(10);
    private static final Duration CACHES = Duration.ofSeconds(90);
    private static final Duration CATALOG = Duration.ofSeconds(30);

    private final Home home;
    private final Map<String, String> environment;
    private final int brokers;
    private final StateBoard board;
    private final Ports ports;
    private final JavaHome java = JavaHome.resolve();
    private final AotCache aot;
    private final DemoTenants tenants;
    private final List<Supervised> servers = new ArrayList<>();
    private final List<Supervised> services = new ArrayList<>();
    private @Nullable WorkerPool workers;
    private @Nullable LiveCatalog catalog;
    private @Nullable ModelServer modelServer;

    /**
     * @param environment {@code MILLRACE_BROKERS} says how many brokers there are, 1 (default) or 3
     */
    public Supervisor(Home home, Map<String, String> environment) {
        this.home = home;
        this.brokers = brokers(environment);
        this.environment = Map.copyOf(environment);
        this.board = new StateBoard(home);
        this.ports = new Ports(home, environment, new FreePorts());
        this.aot = AotCache.in(home.data("aot"), environment);
        this.tenants = new DemoTenants(home, new SecureRandom());
    }

    /**
     * Brings everything up; returns when the whole stack is ready.
     *
     * @throws ServerStartException naming the part that does not start and the end of its log
     */
    public Endpoints start() throws InterruptedException, TimeoutException {
        try {
            int ended = Pids.endLeftovers(home, LEFTOVERS);
            if (ended > 0) {
                LOG.info("leftovers={} ended=true", ended);
            }
            tenants.ensureSecrets();
            ModelServer models = startModelServer();
            Servers parts = startServers();
            Connection connection = parts.connection();
            new FirstCatalog(home, tenants, Clock.systemUTC())
                    .ensure(
                            connection,
                            models.baseUrl().toString(),
                            TopicPlan.Cluster.local(brokers));
            LiveCatalog live = new LiveCatalog(connection).start().awaitLoaded(CATALOG);
            catalog = live;
            Endpoints endpoints = startServices(parts, live);
            board.complete();
            LOG.info("stack=ready ingress={}", endpoints.ingressUrl());
            return endpoints;
        } catch (ServerStartException | IllegalStateException e) {
            board.failed(String.valueOf(e.getMessage()));
            throw e;
        }
    }

    /** Every process with its state, as {@code status} shows it. */
    public List<StackState.Service> processes() {
        return board.children().stream().map(Supervised::snapshot).toList();
    }

    /**
     * Kills a process with SIGKILL and keeps it down until {@link #release}.
     *
     * @throws IllegalArgumentException where no process has this name
     */
    public void hold(String name) throws InterruptedException {
        child(name).hold();
    }

    /** Starts again what was held. */
    public void release(String name) {
        child(name).release();
    }

    private Supervised child(String name) {
        return board.children().stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no process is named " + name));
    }

    /** Ends services, then servers, each in good order. */
    @Override
    public void close() {
        try {
            if (workers != null) {
                workers.close();
            }
            if (catalog != null) {
                catalog.close();
            }
            List<Supervised> upper = new ArrayList<>(board.children());
            upper.removeAll(servers);
            stopAll(upper);
            stopAll(servers);
            if (modelServer != null) {
                modelServer.close();
            }
            // what this run recorded makes the next start faster
            int caches = aot.createPending(CACHES);
            LOG.info("stack=stopped start_up_caches={}", caches);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private ModelServer startModelServer() {
        List<String> options = List.of("--port", Integer.toString(ports.of("model-server")));
        try {
            ModelServer models = ModelServer.start(ModelServerSettings.parse(options, environment));
            modelServer = models;
            return models;
        } catch (IOException e) {
            throw new ServerStartException(
                    "the loopback model server did not start: " + e.getMessage(), e);
        }
    }

    private Servers startServers() throws InterruptedException {
        Servers parts = Servers.in(home, ports, java, aot, brokers);
        for (ServerSpec spec : parts.all()) {
            servers.add(supervise(spec, parts.urlOf(spec)));
        }
        for (Supervised server : servers) {
            server.awaitStarted();
        }
        return parts;
    }

    private Endpoints startServices(Servers parts, LiveCatalog live) throws InterruptedException {
        StackParts processes =
                new StackParts(
                        home,
                        ports,
                        java,
                        aot,
                        forServices(parts),
                        environment.getOrDefault("MILLRACE_SERVICE_OPTIONS", ""));
        for (ServiceSpec spec : processes.services()) {
            services.add(supervise(spec, Optional.of(spec.url())));
        }
        WorkerPool pool = new WorkerPool((lane, n) -> service(processes.worker(lane, n)), board);
        workers = pool;
        List<Supervised> first = new ArrayList<>(services);
        first.addAll(pool.follow(live.get()));
        live.onChange(pool::follow);
        for (Supervised service : first) {
            service.awaitStarted();
        }
        return publishEndpoints(parts, processes);
    }

    /** Where everything is, and where this stack's spans go if it was told so. */
    private Map<String, String> forServices(Servers parts) {
        Map<String, String> all = new HashMap<>(parts.environment());
        environment.forEach(
                (name, value) -> {
                    if (name.startsWith("OTEL_")) {
                        all.put(name, value);
                    }
                });
        return all;
    }

    private Supervised service(ServiceSpec spec) {
        return new Supervised(spec, Optional.of(spec.url()), board::publish);
    }

    private Supervised supervise(ServerSpec spec, Optional<String> url) {
        Supervised child = new Supervised(spec, url, board::publish);
        board.add(child);
        return child.start();
    }

    private Endpoints publishEndpoints(Servers parts, StackParts processes) {
        Endpoints endpoints =
                new Endpoints(
                        parts.bootstrap(),
                        parts.registry().url(),
                        parts.postgres().jdbcUrl(),
                        PostgresSettings.USER,
                        parts.postgres().settings().passwordFile().toString(),
                        urlOf("ingress"),
                        urlOf("ledger"),
                        tenants.apiKeys());
        JsonFile.writePrivate(home.endpointsFile(), endpoints);
        return endpoints;
    }

    private String urlOf(String service) {
        return services.stream()
                .map(Supervised::snapshot)
                .filter(snapshot -> snapshot.name().equals(service))
                .map(snapshot -> String.valueOf(snapshot.url()))
                .findFirst()
                .orElseThrow();
    }

    /**
     * How many brokers a stack is to have.
     *
     * @throws IllegalArgumentException where {@code MILLRACE_BROKERS} is neither 1 nor 3
     */
    public static int brokers(Map<String, String> environment) {
        String text = environment.getOrDefault("MILLRACE_BROKERS", "1");
        return switch (text) {
            case "1" -> 1;
            case "3" -> 3;
            default ->
                    throw new IllegalArgumentException(
                            "MILLRACE_BROKERS=" + text + " is not 1 or 3");
        };
    }

    private static void stopAll(List<Supervised> children) throws InterruptedException {
        List<Thread> stops = new ArrayList<>();
        for (Supervised child : children) {
            stops.add(
                    Thread.ofVirtual()
                            .start(
                                    () -> {
                                        try {
                                            child.stop();
                                        } catch (InterruptedException e) {
                                            Thread.currentThread().interrupt();
                                        }
                                    }));
        }
        for (Thread stop : stops) {
            stop.join();
        }
    }
}
