package dev.millrace.classifier.service;

import dev.millrace.classifier.ClassifierTopology;
import dev.millrace.classifier.fair.LaneBoard;
import dev.millrace.classifier.job.Emission;
import dev.millrace.classifier.stream.ClassifierMetrics;
import dev.millrace.classifier.stream.PatientCatalog;
import dev.millrace.classifier.stream.TopicSerdes;
import dev.millrace.kit.Connection;
import dev.millrace.kit.LiveCatalog;
import dev.millrace.kit.streams.CommitPace;
import dev.millrace.kit.streams.PacedClients;
import dev.millrace.kit.telemetry.Tracing;
import io.micrometer.core.instrument.MeterRegistry;
import io.micronaut.configuration.kafka.admin.AdminClientFactory;
import io.micronaut.configuration.kafka.streams.ConfiguredStreamBuilder;
import io.micronaut.context.annotation.Bean;
import io.micronaut.context.annotation.Factory;
import io.micronaut.context.annotation.Primary;
import io.micronaut.context.annotation.Replaces;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import org.apache.kafka.clients.admin.AdminClient;
import org.apache.kafka.streams.KafkaClientSupplier;
import org.apache.kafka.streams.kstream.KStream;

/** What the classifier is made of. */
@Factory
final class Wiring {
    /** The reader of the catalog's topic polls four times a second. */
    private static final Duration CATALOG_PATIENCE = Duration.ofSeconds(2);

    @Singleton
    Clock clock() {
        return Clock.systemUTC();
    }

    @Singleton
    Connection connection() {
        return Connection.fromEnvironment(System.getenv());
    }

    /**
     * Micronaut Kafka asks for one as the service stops, and would look for a broker at localhost.
     */
    @Bean(preDestroy = "close")
    @Singleton
    @Replaces(bean = AdminClient.class, factory = AdminClientFactory.class)
    AdminClient admin(Connection connection) {
        return AdminClient.create(connection.admin());
    }

    @Bean(preDestroy = "close")
    @Singleton
    LiveCatalog catalog(Connection connection) {
        return new LiveCatalog(connection).start();
    }

    @Bean(preDestroy = "close")
    @Singleton
    Tracing tracing() {
        return Tracing.fromEnvironment(System.getenv(), "millrace-classifier");
    }

    @Singleton
    LaneBoard lanes() {
        return new LaneBoard();
    }

    @Bean(preDestroy = "close")
    @Singleton
    StatusReader statusReader(Connection connection, LaneBoard lanes) {
        return new StatusReader(connection, lanes);
    }

    @Singleton
    MeteredJobs meters(MeterRegistry registry, Clock clock, LaneBoard lanes, LiveCatalog live) {
        return new MeteredJobs(registry, clock, lanes, live);
    }

    @Singleton
    CommitPace commitPace() {
        return new CommitPace(System::nanoTime);
    }

    @Singleton
    @Primary
    KafkaClientSupplier clients(CommitPace pace) {
        return new PacedClients(pace);
    }

    @Singleton
    ClassifierTopology topology(
            LiveCatalog live,
            LaneBoard lanes,
            ClassifierMetrics metrics,
            Connection connection,
            CommitPace pace,
            Tracing tracing) {
        PatientCatalog catalog = new PatientCatalog(live, CATALOG_PATIENCE, Thread::sleep);
        return new ClassifierTopology(
                catalog, lanes, metrics, new TopicSerdes(connection), pace, tracing);
    }

    /** The one stream of this process, which Micronaut calls the default. */
    @Singleton
    KStream<String, Emission> emissions(
            ConfiguredStreamBuilder builder,
            ClassifierTopology topology,
            Connection connection,
            ClassifierSettings settings) {
        builder.getConfiguration().putAll(settings.streams().over(connection));
        return topology.addTo(builder);
    }

    /** Ends the process: whoever supervises it starts another. */
    @Singleton
    LastResort lastResort() {
        return () -> Runtime.getRuntime().exit(1);
    }
}
