package dev.millrace.stack.testing;

import dev.millrace.stack.broker.BrokerProbe;
import dev.millrace.stack.broker.BrokerSettings;
import dev.millrace.stack.postgres.PostgresProbe;
import dev.millrace.stack.postgres.PostgresSettings;
import java.util.List;
import java.util.Locale;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.kafka.KafkaContainer;
import org.testcontainers.postgresql.PostgreSQLContainer;

/** The broker and the database in containers, for machines on which Docker answers. */
final class Containers {

    private static final String KAFKA_IMAGE = "apache/kafka:4.3.1";
    private static final int KAFKA_PORT = 9092;
    private static final String POSTGRES_IMAGE = "postgres:18";
    private static final int POSTGRES_PORT = 5432;
    private static final String SWITCH = "MILLRACE_TEST_DOCKER";

    private Containers() {}

    /** Whether to use Docker: asked once per JVM; {@code MILLRACE_TEST_DOCKER=off} says no. */
    static boolean available() {
        return Answer.DOCKER;
    }

    private static final class Answer {
        static final boolean DOCKER =
                !"off".equalsIgnoreCase(System.getenv(SWITCH))
                        && DockerClientFactory.instance().isDockerAvailable();
    }

    static String host() {
        return DockerClientFactory.instance().dockerHostIpAddress();
    }

    /** The same Kafka, tuned like the local stack's, with its client port on the given one. */
    static ContainerServer broker(int port) {
        var container = new KafkaContainer(KAFKA_IMAGE);
        BrokerSettings.tuning().forEach((name, value) -> container.withEnv(variable(name), value));
        bind(container, port, KAFKA_PORT);
        return new ContainerServer(container, () -> BrokerProbe.isServing(host(), port));
    }

    /** The same PostgreSQL, durable as in the local stack, on the given port. */
    static ContainerServer postgres(int port, String password) {
        var container =
                new PostgreSQLContainer(POSTGRES_IMAGE)
                        .withDatabaseName(PostgresSettings.DATABASE)
                        .withUsername(PostgresSettings.USER)
                        .withPassword(password);
        // Testcontainers' own command switches fsync off.
        container.withCommand("postgres", "-c", "fsync=on");
        bind(container, port, POSTGRES_PORT);
        return new ContainerServer(
                container,
                () -> PostgresProbe.isServing(PostgresSettings.jdbcUrl(host(), port), password));
    }

    /** The image's convention: log.dirs is KAFKA_LOG_DIRS. */
    static String variable(String property) {
        return "KAFKA_" + property.toUpperCase(Locale.ROOT).replace('.', '_');
    }

    private static void bind(GenericContainer<?> container, int hostPort, int containerPort) {
        container.setPortBindings(List.of(hostPort + ":" + containerPort));
    }
}
