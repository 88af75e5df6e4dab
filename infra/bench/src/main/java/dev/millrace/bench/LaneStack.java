package dev.millrace.bench;

import dev.millrace.kit.Connection;
import dev.millrace.local.apply.CatalogApply;
import dev.millrace.stack.AotCache;
import dev.millrace.stack.FreePorts;
import dev.millrace.stack.JavaHome;
import dev.millrace.stack.Launcher;
import dev.millrace.stack.RunningProcess;
import dev.millrace.stack.ServerSpec;
import dev.millrace.stack.broker.BrokerProcess;
import dev.millrace.stack.broker.BrokerSettings;
import dev.millrace.stack.registry.RegistryHome;
import dev.millrace.stack.registry.RegistryProcess;
import dev.millrace.stack.registry.RegistrySettings;
import dev.millrace.topics.TopicPlan;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeoutException;

/** Only what a lane needs: a broker, a registry, and the workers that are asked for. */
final class LaneStack implements AutoCloseable {
    private final Path root;
    private final Path checkout;
    private final FreePorts ports = new FreePorts();
    private final Deque<RunningProcess> running = new ArrayDeque<>();
    private final Thread ifInterrupted = new Thread(this::close, "end-lane-stack");
    private final Connection connection;
    private final long brokerPid;

    private LaneStack(Path root, Path checkout) throws InterruptedException {
        this.root = root;
        this.checkout = checkout;
        Runtime.getRuntime().addShutdownHook(ifInterrupted);
        BrokerSettings broker =
                new BrokerSettings(root.resolve("data/broker"), ports.any(), ports.any());
        RegistrySettings registry =
                new RegistrySettings(root.resolve("data/registry"), ports.any(), ports.any());
        this.connection = Connection.to(broker.bootstrap(), registry.url());
        JavaHome java = JavaHome.resolve();
        this.brokerPid =
                started(BrokerProcess.of(broker, java, AotCache.off(), log("broker"))).pid();
        started(
                new RegistryProcess(
                        registry, RegistryHome.find(), java, AotCache.off(), log("registry")));
    }

    /** Starts broker and registry under {@code root}, which must be empty. */
    static LaneStack start(Path root, Path checkout) throws InterruptedException {
        return new LaneStack(root, checkout);
    }

    Connection connection() {
        return connection;
    }

    long brokerPid() {
        return brokerPid;
    }

    Path log(String name) {
        return root.resolve("logs").resolve(name + ".log");
    }

    /** Makes a catalog the one in force, with its topics. */
    void apply(String catalog) throws IOException, InterruptedException, TimeoutException {
        Path file = root.resolve("catalog.yaml");
        Files.writeString(file, catalog);
        CatalogApply.Outcome outcome =
                new CatalogApply(connection, TopicPlan.Cluster.local(), Clock.systemUTC())
                        .apply(file);
        if (outcome instanceof CatalogApply.Outcome.Refused refused) {
            throw new IllegalStateException("the catalog was refused: " + refused.problems());
        }
    }

    /** Starts the packaged worker of a lane; returns when it is ready. */
    RunningProcess worker(String lane) throws InterruptedException {
        return started(
                new WorkerJvm(
                        lane, connection, checkout, ports.any(), root.resolve("work-" + lane)));
    }

    private RunningProcess started(ServerSpec spec) throws InterruptedException {
        RunningProcess process = Launcher.start(spec);
        synchronized (running) {
            running.push(process);
        }
        return process.awaitReady();
    }

    /** Stops everything, the last first. The folder stays. */
    @Override
    public void close() {
        try {
            while (true) {
                RunningProcess last;
                synchronized (running) {
                    last = running.poll();
                }
                if (last == null) {
                    return;
                }
                last.stop();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
