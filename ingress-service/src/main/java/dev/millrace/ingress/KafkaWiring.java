package dev.millrace.ingress;

import com.zaxxer.hikari.HikariDataSource;
import dev.millrace.ingress.broker.BrokerTopics;
import dev.millrace.ingress.broker.Clients;
import dev.millrace.ingress.broker.JobsClient;
import dev.millrace.ingress.broker.KafkaDeadLetters;
import dev.millrace.ingress.broker.KafkaJobLog;
import dev.millrace.ingress.jobs.PostgresJobs;
import dev.millrace.ingress.jobs.StoredJobs;
import dev.millrace.ingress.keys.IssuedKeys;
import dev.millrace.ingress.keys.PostgresKeys;
import dev.millrace.ingress.reading.SchemaGate;
import dev.millrace.ingress.reading.UnknownSchemas;
import dev.millrace.ingress.replies.WaitingCallers;
import dev.millrace.ingress.waiting.OpenWaits;
import dev.millrace.kit.Connection;
import dev.millrace.kit.Database;
import dev.millrace.kit.LiveCatalog;
import dev.millrace.kit.telemetry.Tracing;
import dev.millrace.topics.Topics;
import dev.millrace.v1.InferenceJob;
import dev.millrace.v1.InferenceResult;
import io.micronaut.configuration.kafka.admin.AdminClientFactory;
import io.micronaut.context.annotation.Bean;
import io.micronaut.context.annotation.Factory;
import io.micronaut.context.annotation.Replaces;
import io.micronaut.context.annotation.Requires;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import org.apache.kafka.clients.admin.AdminClient;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;

/** Kafka, the registry and PostgreSQL, as the environment names them. */
@Factory
@Requires(property = KafkaWiring.CONNECT, notEquals = "false")
final class KafkaWiring {
    /** False leaves out whatever needs Kafka, for tests of the HTTP side. */
    static final String CONNECT = "millrace.ingress.connect";

    static final int MAX_BLOCK_MS = 3_000;
    private static final int MAX_BLOCK_REPLIES_MS = 1_000;

    /** The process's environment variables, or a test's. */
    record Variables(Map<String, String> values) {}

    @Singleton
    @Requires(missingBeans = Variables.class)
    Variables variables() {
        return new Variables(System.getenv());
    }

    @Singleton
    Connection connection(Variables variables) {
        return Connection.fromEnvironment(variables.values());
    }

    @Singleton
    Clients clients(Connection connection, IngressSettings settings) {
        return new Clients(connection, settings);
    }

    @Bean(preDestroy = "close")
    @Singleton
    LiveCatalog catalog(Connection connection) {
        return new LiveCatalog(connection);
    }

    /** In place of Micronaut's, which knows only its own settings. */
    @Bean(preDestroy = "close")
    @Singleton
    @Replaces(value = AdminClient.class, factory = AdminClientFactory.class)
    AdminClient admin(Connection connection) {
        return AdminClient.create(connection.admin());
    }

    /** Closes the admin client before its bean is: not waiting long for a broker that is down. */
    @Bean(preDestroy = "close")
    @Singleton
    BrokerTopics brokerTopics(AdminClient admin, Clock clock) {
        return new BrokerTopics(admin, clock);
    }

    @Bean(preDestroy = "close")
    @Singleton
    KafkaDeadLetters deadLetters(Clients clients, IngressMetrics metrics) {
        return new KafkaDeadLetters(
                new KafkaProducer<>(clients.bytesProducer("dead-letters", MAX_BLOCK_MS)), metrics);
    }

    @Bean(preDestroy = "close")
    @Singleton
    ReplyProducer replyProducer(Clients clients) {
        return new ReplyProducer(
                new KafkaProducer<>(clients.producer("replies", MAX_BLOCK_REPLIES_MS)));
    }

    /** A bean of its own type: Micronaut offers producers of any type, which are not these. */
    record ReplyProducer(Producer<String, InferenceResult> producer) implements AutoCloseable {
        @Override
        public void close() {
            producer.close(Duration.ofSeconds(2));
        }
    }

    @Bean(preDestroy = "close")
    @Singleton
    HikariDataSource pool(Variables variables, IngressSettings settings) {
        return Database.fromEnvironment(variables.values())
                .pool("millrace-ingress", settings.dbConnections());
    }

    @Singleton
    StoredJobs storedJobs(HikariDataSource pool) {
        return new PostgresJobs(Database.jdbi(pool));
    }

    @Singleton
    IssuedKeys issuedKeys(HikariDataSource pool) {
        return new PostgresKeys(Database.jdbi(pool));
    }

    @Singleton
    SchemaGate<InferenceJob> intakeRecords(Clients clients, IngressSettings settings, Clock clock) {
        return new SchemaGate<>(
                clients.impatient(InferenceJob.class).deserializer(Topics.intake("any")),
                patience(settings),
                clock);
    }

    @Singleton
    IngressFlow.Ports ports(
            LiveCatalog catalog,
            JobsClient client,
            WaitingCallers callers,
            StoredJobs stored,
            BrokerTopics topics,
            OpenWaits waits,
            Tracing tracing) {
        return new IngressFlow.Ports(
                catalog, new KafkaJobLog(client, tracing), callers, stored, topics, waits);
    }

    static UnknownSchemas.Patience patience(IngressSettings settings) {
        return new UnknownSchemas.Patience(
                settings.schemaGrace(), settings.schemaWindow(), settings.schemaHalt());
    }
}
