package dev.millrace.dispatcher;

import com.zaxxer.hikari.HikariDataSource;
import dev.millrace.dispatcher.send.HttpSender;
import dev.millrace.dispatcher.send.Signer;
import dev.millrace.dispatcher.store.Deliveries;
import dev.millrace.dispatcher.target.AddressRules;
import dev.millrace.dispatcher.target.TargetGuard;
import dev.millrace.kit.Connection;
import dev.millrace.kit.Database;
import dev.millrace.kit.DeadLetterQueue;
import dev.millrace.kit.LiveCatalog;
import dev.millrace.kit.PatientDeserializer;
import dev.millrace.kit.SecretSource;
import dev.millrace.kit.telemetry.Tracing;
import dev.millrace.topics.Topics;
import dev.millrace.v1.WebhookEvent;
import io.micrometer.core.instrument.MeterRegistry;
import io.micronaut.context.annotation.Bean;
import io.micronaut.context.annotation.Factory;
import jakarta.inject.Singleton;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.SecureRandom;
import java.time.Clock;
import org.apache.kafka.common.serialization.Deserializer;
import org.jdbi.v3.core.Jdbi;

/** What the dispatcher is made of. */
@Factory
final class Wiring {

    @Singleton
    Clock clock() {
        return Clock.systemUTC();
    }

    @Bean(preDestroy = "close")
    @Singleton
    Tracing tracing() {
        return Tracing.fromEnvironment(System.getenv(), "millrace-dispatcher");
    }

    @Singleton
    Connection connection() {
        return Connection.fromEnvironment(System.getenv());
    }

    @Bean(preDestroy = "close")
    @Singleton
    LiveCatalog liveCatalog(Connection connection) {
        return new LiveCatalog(connection).start();
    }

    @Bean(preDestroy = "close")
    @Singleton
    HikariDataSource pool(DispatcherSettings settings) {
        return Database.fromEnvironment(System.getenv())
                .pool("millrace-dispatcher", settings.connections());
    }

    @Singleton
    Jdbi jdbi(HikariDataSource pool) {
        return Database.jdbi(pool);
    }

    @Singleton
    Deliveries deliveries(Jdbi jdbi, DispatcherSettings settings) {
        return new Deliveries(
                jdbi, settings.instance().isBlank() ? hostName() : settings.instance());
    }

    @Bean(preDestroy = "close")
    @Singleton
    TargetGuard guard(DispatcherSettings settings) {
        return new TargetGuard(new AddressRules(settings.allowLoopbackCallbacks()));
    }

    @Singleton
    Signer signer(LiveCatalog catalog) {
        return new Signer(catalog, new SecretSource(System.getenv()));
    }

    @Bean(preDestroy = "close")
    @Singleton
    HttpSender sender(DispatcherSettings settings, Clock clock) {
        return new HttpSender(settings.connectTimeout(), settings.attemptTimeout(), clock);
    }

    @Singleton
    DispatchFlow flow(
            Deliveries deliveries,
            TargetGuard guard,
            Signer signer,
            HttpSender sender,
            DispatcherSettings settings,
            Clock clock,
            Tracing tracing) {
        return new DispatchFlow(
                deliveries,
                guard,
                signer,
                sender,
                settings.schedule(),
                clock,
                new SecureRandom(),
                tracing);
    }

    @Bean(preDestroy = "close")
    @Singleton
    Dispatcher dispatcher(
            DispatchFlow flow,
            Deliveries deliveries,
            DispatcherSettings settings,
            Clock clock,
            MeterRegistry meters) {
        return new Dispatcher(flow, deliveries, settings, clock, meters);
    }

    @Bean(preDestroy = "close")
    @Singleton
    DeadLetterQueue deadLetters(Connection connection) {
        return DeadLetterQueue.to(connection);
    }

    @Bean(preDestroy = "close")
    @Singleton
    Deserializer<WebhookEvent> events(Connection connection) {
        return new PatientDeserializer<>(connection.deserializer(Topics.WEBHOOKS));
    }

    private static String hostName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "dispatcher";
        }
    }
}
