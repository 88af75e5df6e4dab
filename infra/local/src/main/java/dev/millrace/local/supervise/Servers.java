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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The three servers that the services stand on. */
record Servers(BrokerProcess broker, RegistryProcess registry, PostgresProcess postgres) {

    static Servers in(Home home, Ports ports, JavaHome java, AotCache aot)
            throws InterruptedException {
        return new Servers(
                BrokerProcess.of(
                        new BrokerSettings(
                                home.data("broker"), ports.of("broker"), ports.of("controller")),
                        java,
                        aot,
                        home.log("broker")),
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

    List<ServerSpec> all() {
        return List.of(registry, broker, postgres);
    }

    Optional<String> urlOf(ServerSpec server) {
        return switch (server) {
            case BrokerProcess ignored -> Optional.of(broker.bootstrap());
            case RegistryProcess ignored -> Optional.of(registry.url());
            case PostgresProcess ignored -> Optional.of(postgres.jdbcUrl());
            default -> Optional.empty();
        };
    }

    Connection connection() {
        return Connection.to(broker.bootstrap(), registry.url());
    }

    /** What services find in their environment. */
    Map<String, String> environment() {
        Map<String, String> environment = new HashMap<>();
        environment.put(Connection.BOOTSTRAP, broker.bootstrap());
        environment.put(Connection.REGISTRY, registry.url());
        environment.put("MILLRACE_JDBC_URL", postgres.jdbcUrl());
        environment.put("MILLRACE_DB_USER", PostgresSettings.USER);
        environment.put("MILLRACE_DB_PASSWORD_FILE", postgres.settings().passwordFile().toString());
        return environment;
    }
}
