package dev.millrace.local.apply;

import dev.millrace.catalog.CatalogFile;
import dev.millrace.catalog.CatalogPlan;
import dev.millrace.catalog.CatalogReading;
import dev.millrace.catalog.Problem;
import dev.millrace.kit.Connection;
import dev.millrace.kit.LiveCatalog;
import dev.millrace.kit.TopicCreator;
import dev.millrace.topics.TopicPlan;
import dev.millrace.topics.Topics;
import dev.millrace.v1.CatalogEntry;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * Applies a catalog file: reads it, holds it against what is in force, makes its topics, and only
 * then publishes it, so that nothing can name a topic that is not there.
 */
public final class CatalogApply {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    /** What came of it. */
    public sealed interface Outcome {
        /**
         * @param problems all that were found, at least one; nothing was changed
         */
        record Refused(List<Problem> problems) implements Outcome {}

        record Unchanged(long version) implements Outcome {}

        /**
         * @param changes a line for each, as {@code + lane echo}
         */
        record Applied(long version, List<String> changes) implements Outcome {}
    }

    private final Connection connection;
    private final TopicPlan.Cluster cluster;
    private final Clock clock;

    public CatalogApply(Connection connection, TopicPlan.Cluster cluster, Clock clock) {
        this.connection = connection;
        this.cluster = cluster;
        this.clock = clock;
    }

    public Outcome apply(Path file) throws InterruptedException, TimeoutException {
        return apply(file, () -> {});
    }

    /**
     * Applies a file.
     *
     * @param beforePublishing run when nothing is left to refuse, before the first record
     */
    public Outcome apply(Path file, Runnable beforePublishing)
            throws InterruptedException, TimeoutException {
        return switch (CatalogFile.read(file)) {
            case CatalogReading.Invalid invalid -> new Outcome.Refused(invalid.problems());
            case CatalogReading.Valid valid -> apply(valid, beforePublishing);
        };
    }

    private Outcome apply(CatalogReading.Valid wanted, Runnable beforePublishing)
            throws InterruptedException, TimeoutException {
        try (Admin admin = Admin.create(connection.admin())) {
            TopicCreator topics = new TopicCreator(admin);
            topics.ensure(TopicPlan.base(cluster));
            return switch (plan(wanted)) {
                case CatalogPlan.Refused refused -> new Outcome.Refused(refused.problems());
                case CatalogPlan.Unchanged unchanged -> {
                    topics.ensure(unchanged.topics());
                    yield new Outcome.Unchanged(unchanged.version());
                }
                case CatalogPlan.Apply apply -> {
                    topics.ensure(apply.topics());
                    new ContractSubjects(connection).register(wanted.catalog());
                    beforePublishing.run();
                    publish(apply.records());
                    yield new Outcome.Applied(
                            apply.version(),
                            apply.changes().stream().map(Object::toString).toList());
                }
            };
        } catch (ExecutionException e) {
            throw new IllegalStateException("the broker refused: " + e.getCause(), e);
        }
    }

    private CatalogPlan plan(CatalogReading.Valid wanted)
            throws InterruptedException, TimeoutException {
        try (LiveCatalog live = new LiveCatalog(connection).start().awaitLoaded(TIMEOUT)) {
            return CatalogPlan.of(live.get(), live.unsettled(), wanted, cluster, clock.instant());
        }
    }

    /** In order, and the record that closes the apply only after all others are safe. */
    private void publish(List<CatalogPlan.PlannedRecord> records)
            throws InterruptedException, ExecutionException, TimeoutException {
        try (KafkaProducer<String, CatalogEntry> producer =
                new KafkaProducer<>(connection.producer())) {
            for (CatalogPlan.PlannedRecord record : records) {
                producer.send(
                                new ProducerRecord<>(
                                        Topics.CATALOG.name(),
                                        record.key(),
                                        record.value().orElse(null)))
                        .get(TIMEOUT.toSeconds(), TimeUnit.SECONDS);
            }
        }
    }
}
