package dev.millrace.bench;

import dev.millrace.kit.Connection;
import dev.millrace.local.home.Endpoints;
import dev.millrace.local.home.Home;
import dev.millrace.local.home.Pids;
import dev.millrace.local.supervise.Supervisor;
import dev.millrace.stack.FileTree;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.apache.kafka.common.utils.Utils;

/**
 * A fresh stack of its own for one run: the whole pipeline with one lane, echo, and the compiler
 * and heap that a service has in production instead of the laptop's.
 */
final class BenchStack implements AutoCloseable {
    static final String LANE = "echo";

    /** A lane that never keeps the rest of the pipeline waiting. */
    static final String AT_ONCE =
            "engine: {type: echo, delay: 0ms}, partitions: %d, slots: 64, workers: 1"
                    .formatted(Line.LANE_PARTITIONS);

    /** Also of the floor's process, so that no side has the better JVM. */
    static final List<String> JVM =
            List.of("-XX:TieredStopAtLevel=4", "-XX:ReservedCodeCacheSize=160m", "-Xmx512m");

    private final Home home;
    private final Supervisor supervisor;
    private final Endpoints endpoints;
    private final List<String> tenants;

    private BenchStack(
            Home home, Supervisor supervisor, Endpoints endpoints, List<String> tenants) {
        this.home = home;
        this.supervisor = supervisor;
        this.endpoints = endpoints;
        this.tenants = tenants;
    }

    /** Starts it under {@code root}, which must be empty. */
    static BenchStack start(Path root, Path checkout)
            throws IOException, InterruptedException, TimeoutException {
        List<String> tenants = onePerPartition(Line.PARTITIONS);
        return start(root, checkout, tenants, catalog(tenants, AT_ONCE));
    }

    /** Starts it with a catalog of these tenants. */
    static BenchStack start(Path root, Path checkout, List<String> tenants, String catalog)
            throws IOException, InterruptedException, TimeoutException {
        Home home = new Home(root, checkout);
        // there before the supervisor looks for one, it is the stack's first catalog
        Files.writeString(home.catalogFile(), catalog);
        Map<String, String> environment = new HashMap<>(System.getenv());
        environment.put("MILLRACE_SERVICE_OPTIONS", String.join(" ", JVM));
        Supervisor supervisor = new Supervisor(home, environment);
        Thread ifInterrupted = new Thread(supervisor::close, "end-stack");
        Runtime.getRuntime().addShutdownHook(ifInterrupted);
        try {
            return new BenchStack(home, supervisor, supervisor.start(), tenants);
        } catch (RuntimeException | TimeoutException | InterruptedException e) {
            supervisor.close();
            throw e;
        }
    }

    Connection connection() {
        return Connection.to(endpoints.bootstrap(), endpoints.registryUrl());
    }

    List<String> tenants() {
        return tenants;
    }

    Path log(String name) {
        return home.log(name);
    }

    /** The broker, which both lines share. */
    Map<String, Long> broker() {
        return Map.of("broker", pids().getOrDefault("broker", 0L));
    }

    /** The five services and what they need beside the broker. */
    Map<String, Long> services() {
        Map<String, Long> services = new LinkedHashMap<>(pids());
        services.remove("broker");
        return services;
    }

    /** Stops everything. The folder stays. */
    @Override
    public void close() {
        supervisor.close();
    }

    /** Deletes the folder of a stack that was closed. */
    static void delete(Path root) {
        try {
            FileTree.delete(root);
        } catch (IOException e) {
            System.err.println("left behind: " + root);
        }
    }

    private Map<String, Long> pids() {
        Map<String, Long> pids = new LinkedHashMap<>();
        for (Pids.Entry entry : Pids.read(home)) {
            if (!entry.name().equals("supervisor")) {
                pids.put(entry.name(), entry.pid());
            }
        }
        return pids;
    }

    /** As many tenants as partitions, each of which is keyed to another one. */
    static List<String> onePerPartition(int partitions) {
        Map<Integer, String> byPartition = new LinkedHashMap<>();
        for (int n = 0; byPartition.size() < partitions; n++) {
            String tenant = "bench-" + n;
            byte[] key = tenant.getBytes(StandardCharsets.UTF_8);
            byPartition.putIfAbsent(Utils.toPositive(Utils.murmur2(key)) % partitions, tenant);
        }
        return List.copyOf(byPartition.values());
    }

    /**
     * @param lane the only lane, but for its name
     */
    static String catalog(List<String> tenants, String lane) {
        return "tenants:\n"
                + tenants.stream()
                        .map(
                                tenant ->
                                        "  - {name: %s, limits: {max_outstanding: 10000000}}\n"
                                                .formatted(tenant))
                        .collect(Collectors.joining())
                + """
                lanes:
                  - {name: %1$s, %2$s}
                routes:
                  - {name: everything, lanes: [%1$s]}
                prices:
                  - {lane: %1$s, effective_from: 2026-01-01T00:00:00Z, currency: USD, input: 1000000, output: 2000000}
                """
                        .formatted(LANE, lane);
    }
}
