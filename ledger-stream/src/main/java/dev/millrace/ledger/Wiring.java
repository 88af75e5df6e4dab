package dev.millrace.ledger;

import com.zaxxer.hikari.HikariDataSource;
import dev.millrace.kit.Connection;
import dev.millrace.kit.Database;
import dev.millrace.kit.DeadLetterQueue;
import dev.millrace.kit.LiveCatalog;
import dev.millrace.kit.PatientDeserializer;
import dev.millrace.kit.streams.DeadLetterHandler;
import dev.millrace.kit.telemetry.Tracing;
import dev.millrace.ledger.pricing.CurrentCatalog;
import dev.millrace.ledger.sink.JobRows;
import dev.millrace.ledger.sink.Projection;
import dev.millrace.ledger.sink.Sink;
import dev.millrace.ledger.sink.UsageRows;
import dev.millrace.topics.Topic;
import dev.millrace.topics.Topics;
import dev.millrace.v1.InferenceResult;
import io.micrometer.core.instrument.MeterRegistry;
import io.micronaut.configuration.kafka.admin.AdminClientFactory;
import io.micronaut.configuration.kafka.streams.ConfiguredStreamBuilder;
import io.micronaut.context.annotation.Bean;
import io.micronaut.context.annotation.Factory;
import io.micronaut.context.annotation.Replaces;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.AdminClient;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.kstream.KStream;
import org.jdbi.v3.core.Jdbi;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the ledger is made of. */
@Factory
final class Wiring {
    private static final Logger LOG = LoggerFactory.getLogger(LedgerTopology.class);

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
    LiveCatalog liveCatalog(Connection connection) {
        return new LiveCatalog(connection).start();
    }

    @Singleton
    CurrentCatalog currentCatalog(LiveCatalog live, LedgerSettings settings) {
        CurrentCatalog current = new CurrentCatalog(live, settings.catalogPatience());
        live.onChange(version -> current.changed());
        return current;
    }

    @Bean(preDestroy = "close")
    @Singleton
    HikariDataSource pool(LedgerSettings settings) {
        return Database.fromEnvironment(System.getenv())
                .pool("millrace-ledger", settings.connections());
    }

    @Singleton
    Jdbi jdbi(HikariDataSource pool) {
        return Database.jdbi(pool);
    }

    @Bean(preDestroy = "close")
    @Singleton
    Tracing tracing() {
        return Tracing.fromEnvironment(System.getenv(), "millrace-ledger");
    }

    @Singleton
    LedgerTopology topology(
            Connection connection, CurrentCatalog catalog, MeterRegistry meters, Tracing tracing) {
        return new LedgerTopology(
                serde(connection, Topics.RESULTS),
                serde(connection, Topics.USAGE),
                catalog,
                (result, reason) -> {
                    meters.counter("millrace.ledger.unpriced", "reason", reason).increment();
                    LOG.error(
                            "priced=false job={} tenant={} lane={} reason={}",
                            result.getJobId(),
                            result.getTenant(),
                            result.getLane().orElse(""),
                            reason);
                },
                tracing);
    }

    @Singleton
    KStream<String, InferenceResult> results(
            ConfiguredStreamBuilder builder,
            LedgerTopology topology,
            Connection connection,
            LedgerSettings settings) {
        builder.getConfiguration()
                .putAll(connection.streams(LedgerTopology.APPLICATION, settings.stateDirectory()));
        builder.getConfiguration()
                .put("deserialization.exception.handler", DeadLetterHandler.class.getName());
        return topology.addTo(builder);
    }

    @Bean(preDestroy = "close")
    @Singleton
    DeadLetterQueue deadLetters(Connection connection) {
        return DeadLetterQueue.to(connection);
    }

    @Singleton
    LedgerSinks sinks(
            Connection connection,
            LedgerSettings settings,
            Jdbi jdbi,
            DeadLetterQueue letters,
            MeterRegistry meters,
            Tracing tracing) {
        List<Projection<?>> projections =
                List.of(
                        new UsageRows(connection),
                        JobRows.ofResults(connection),
                        JobRows.ofReceipts(connection));
        return new LedgerSinks(
                projections.stream()
                        .<Sink<?>>map(
                                projection ->
                                        sink(
                                                projection,
                                                connection,
                                                settings,
                                                jdbi,
                                                letters,
                                                meters,
                                                tracing))
                        .toList());
    }

    private static <R> Sink<R> sink(
            Projection<R> projection,
            Connection connection,
            LedgerSettings settings,
            Jdbi jdbi,
            DeadLetterQueue letters,
            MeterRegistry meters,
            Tracing tracing) {
        Supplier<Consumer<byte[], byte[]>> consumers =
                () -> new KafkaConsumer<>(sinkConsumer(connection, settings, projection.name()));
        return new Sink<>(projection, consumers, jdbi, letters, meters, tracing, Clock.systemUTC());
    }

    /**
     * Plain bytes, so that one that cannot be decoded does not stop the poll; little at once, since
     * answers are large. A moment is waited for more: a transaction costs the database as much as
     * many rows.
     */
    static Map<String, Object> sinkConsumer(
            Connection connection, LedgerSettings settings, String name) {
        Map<String, Object> consumer = new HashMap<>(connection.consumer(Sink.GROUP));
        consumer.put("client.id", Sink.GROUP + "-" + name);
        consumer.put("key.deserializer", ByteArrayDeserializer.class.getName());
        consumer.put("value.deserializer", ByteArrayDeserializer.class.getName());
        consumer.put("max.poll.records", Integer.toString(settings.batchRecords()));
        consumer.put("fetch.max.bytes", Integer.toString(8 * 1024 * 1024));
        consumer.put("fetch.min.bytes", Integer.toString(256 * 1024));
        consumer.put("fetch.max.wait.ms", "50");
        return consumer;
    }

    private static <V extends SpecificRecord> Serde<V> serde(
            Connection connection, Topic<V> topic) {
        return Serdes.serdeFrom(
                connection.serializer(topic),
                new PatientDeserializer<>(connection.deserializer(topic)));
    }
}
