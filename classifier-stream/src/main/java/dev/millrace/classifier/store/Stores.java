package dev.millrace.classifier.store;

import static org.apache.kafka.streams.state.Stores.keyValueStoreBuilder;
import static org.apache.kafka.streams.state.Stores.persistentKeyValueStore;

import dev.millrace.classifier.job.Job;
import dev.millrace.classifier.job.TenantLoad;
import dev.millrace.classifier.state.StoredJob;
import dev.millrace.classifier.state.StoredLoad;
import dev.millrace.v1.RoutedJob;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.processor.api.ProcessingContext;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;

/**
 * The classifier's stores by name; each has a changelog of the same name. Changelogs are compacted
 * and also cut by time: a day more than jobs are kept, and no longer than content may live where
 * there is content.
 */
public final class Stores {
    /** {@code tenant/job id} to the job; no content. */
    public static final String JOBS = "jobs";

    /** When which job is to be looked at. */
    public static final String DUE = "due";

    /** {@code tenant/job id} to the attempt that waits: the only store with content in it. */
    public static final String RETRIES = "retries";

    /** Tenant to its load. */
    public static final String TENANTS = "tenants";

    public static final List<String> NAMES = List.of(JOBS, DUE, RETRIES, TENANTS);

    private static final Map<String, String> KEPT =
            changelog(Job.KEPT.plusDays(1), Duration.ofDays(1));
    private static final Map<String, String> CONTENT =
            changelog(Duration.ofHours(7 * 24 - 12), Duration.ofHours(6));

    /**
     * All stores' builders.
     *
     * @param routed writes and reads the attempts that wait
     */
    public static List<StoreBuilder<?>> builders(Serde<RoutedJob> routed) {
        return List.of(
                store(JOBS, Serdes.String(), jobs()).withLoggingEnabled(KEPT),
                store(DUE, DueKey.serde(), Serdes.ByteArray()).withLoggingEnabled(KEPT),
                store(RETRIES, Serdes.String(), routed).withLoggingEnabled(CONTENT),
                // one record per tenant, changed by every job: the cache makes one write of many
                store(TENANTS, Serdes.String(), loads())
                        .withCachingEnabled()
                        .withLoggingEnabled(Map.of()));
    }

    /** The stores of one task. */
    public static JobBook open(ProcessingContext context) {
        return new JobBook(
                context.getStateStore(JOBS),
                context.getStateStore(DUE),
                context.getStateStore(RETRIES),
                context.getStateStore(TENANTS));
    }

    static Serde<Job> jobs() {
        return serde(
                new StateBytes<StoredJob>("job", StoredJob.SCHEMA$),
                JobFormat::stored,
                JobFormat::job);
    }

    static Serde<TenantLoad> loads() {
        return serde(
                new StateBytes<StoredLoad>("load", StoredLoad.SCHEMA$),
                LoadFormat::stored,
                LoadFormat::load);
    }

    private static <D, S extends SpecificRecord> Serde<D> serde(
            StateBytes<S> bytes, Function<D, S> stored, Function<S, D> domain) {
        return Serdes.serdeFrom(
                (topic, value) -> value == null ? null : bytes.write(stored.apply(value)),
                (topic, data) -> data == null ? null : domain.apply(bytes.read(data)));
    }

    private static <K, V> StoreBuilder<KeyValueStore<K, V>> store(
            String name, Serde<K> key, Serde<V> value) {
        return keyValueStoreBuilder(persistentKeyValueStore(name), key, value);
    }

    private static Map<String, String> changelog(Duration retention, Duration compactedWithin) {
        return Map.of(
                "cleanup.policy",
                "compact,delete",
                "retention.ms",
                Long.toString(retention.toMillis()),
                "max.compaction.lag.ms",
                Long.toString(compactedWithin.toMillis()),
                "segment.ms",
                Long.toString(compactedWithin.toMillis()));
    }
}
