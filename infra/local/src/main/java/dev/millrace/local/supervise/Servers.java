package dev.millrace.local.supervise;

import dev.millrace.kit.Connection;
import dev.millrace.local.home.Home;
import dev.millrace.local.home.Ports;
import dev.millrace.stack.AotCache;
import dev.millrace.stack.JavaHome;
import dev.millrace.stack.ServerSpec;
import dev.millrace.stack.broker.BrokerProcess;
import dev.millrace.stack.broker.BrokerSettings;
import dev.millrace.stack.postgres.PostgresBinaries;
import dev.millrace.stack.postgres.PostgresProcess;
import dev.millrace.stack.postgres.PostgresSettings;
import dev.millrace.stack.registry.RegistryHome;
import dev.millrace.stack.registry.RegistryProcess;
import dev.millrace.stack.registry.RegistrySettings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The servers that the services stand on: one broker or several, registry, database. */
record Servers(List<BrokerProcess> brokers, RegistryProcess registry, PostgresProcess postgres) {

    Servers {
        brokers = List.copyOf(brokers);
    }

    static Servers in(Home home, Ports ports, JavaHome java, AotCache aot, int brokers)
            throws InterruptedException {
        return new Servers(
                brokerSettings(home, ports, brokers).stream()
                        .map(
                                settings ->
                                        BrokerProcess.of(
                                                settings, java, aot, logOf(home, settings)))
                        .toList(),
                new RegistryProcess(
                        new RegistrySettings(
                                home.data("registry"),
                                ports.of("registry"),
                                ports.of("registry-management")),
                        new RegistryHome(
                                home.checkout().resolve("infra/stack/target/apicurio-registry")),
                        java,
                        aot,
                        home.log("registry")),
                PostgresProcess.of(
                        new PostgresSettings(
                                home.data("postgresql").resolve("data"),
                                ports.of("postgres"),
                                home.secret("db-password")),
                        PostgresBinaries.unpackInto(home.data("postgresql")),
                        home.log("postgresql")));
    }

    private static List<BrokerSettings> brokerSettings(Home home, Ports ports, int brokers) {
        if (brokers == 1) {
            return List.of(
                    new BrokerSettings(
                            home.data("broker"), ports.of("broker"), ports.of("controller")));
        }
        List<Integer> controllers =
                IntStream.rangeClosed(1, brokers)
                        .mapToObj(n -> ports.of("controller-" + n))
                        .toList();
        return IntStream.rangeClosed(1, brokers)
                .mapToObj(
                        n ->
                                new BrokerSettings(
                                        home.data("broker-" + n),
                                        ports.of("broker-" + n),
                                        controllers.get(n - 1),
                                        n,
                                        controllers))
                .toList();
    }

    private static Path logOf(Home home, BrokerSettings settings) {
        return home.log(String.valueOf(settings.dataDirectory().getFileName()));
    }

    List<ServerSpec> all() {
        List<ServerSpec> all = new ArrayList<>();
        all.add(registry);
        all.addAll(brokers);
        all.add(postgres);
        return all;
    }

    /** What clients set as {@code bootstrap.servers}. */
    String bootstrap() {
        return brokers.stream().map(BrokerProcess::bootstrap).collect(Collectors.joining(","));
    }

    Optional<String> urlOf(ServerSpec server) {
        return switch (server) {
            case BrokerProcess broker -> Optional.of(broker.bootstrap());
            case RegistryProcess ignored -> Optional.of(registry.url());
            case PostgresProcess ignored -> Optional.of(postgres.jdbcUrl());
            default -> Optional.empty();
        };
    }

    Connection connection() {
        return Connection.to(bootstrap(), registry.url());
    }

    /** What services find in their environment. */
    Map<String, String> environment() {
        Map<String, String> environment = new HashMap<>();
        environment.put(Connection.BOOTSTRAP, bootstrap());
        environment.put(Connection.REGISTRY, registry.url());
        environment.put("MILLRACE_JDBC_URL", postgres.jdbcUrl());
        environment.put("MILLRACE_DB_USER", PostgresSettings.USER);
        environment.put("MILLRACE_DB_PASSWORD_FILE", postgres.settings().passwordFile().toString());
        return environment;
    }
}
