package dev.millrace.serde;

import dev.millrace.serde.StoredSchema.Reference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.apache.avro.Schema;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.SerializationException;

/**
 * What serdes know of a schema registry, each thing asked once: threads that need the same answer
 * at the same time wait for one request. Safe for any number of threads. Every method throws {@link
 * RegistryUnavailableException}, {@link RegistryAuthorizationException} or a {@code
 * SerializationException} (see {@link RegistryErrors}); none of these is remembered.
 */
public final class RegistryClient implements AutoCloseable {
    private static final int MAX_REFERENCES = 64;
    private static final Map<RegistrySettings, RegistryClient> SHARED = new HashMap<>();

    private final RegistrySettings settings;
    private final SchemaStore store;
    private final LongSupplier nanoTime;
    private final BoundedCache<Integer, Schema> byId;
    private final BoundedCache<SubjectSchema, Integer> ids;
    private final BoundedCache<String, Latest> latest;
    private final ConcurrentHashMap<Object, CompletableFuture<Object>> inFlight =
            new ConcurrentHashMap<>();
    private int users;

    /** A schema's version that is the newest of its subject. */
    public record SchemaVersion(int id, Schema schema) {}

    private record SubjectSchema(
            String subject, String schema, boolean normalize, boolean register) {}

    private record Latest(SchemaVersion version, long askedAt) {}

    RegistryClient(RegistrySettings settings, SchemaStore store, LongSupplier nanoTime) {
        this.settings = settings;
        this.store = store;
        this.nanoTime = nanoTime;
        this.byId = new BoundedCache<>(settings.cacheSize());
        this.ids = new BoundedCache<>(settings.cacheSize());
        this.latest = new BoundedCache<>(settings.cacheSize());
    }

    /**
     * A client for the configuration's {@code schema.registry.url} and its other registry settings.
     * Equal settings share one client; it ends when each of its users has closed it.
     *
     * @throws org.apache.kafka.common.config.ConfigException where a setting is missing or wrong
     */
    public static RegistryClient of(Map<String, ?> config) {
        RegistrySettings settings = RegistrySettings.from(config);
        synchronized (SHARED) {
            RegistryClient client = SHARED.computeIfAbsent(settings, RegistryClient::open);
            client.users++;
            return client;
        }
    }

    private static RegistryClient open(RegistrySettings settings) {
        SchemaStore store =
                settings.inMemory()
                        ? InMemoryRegistry.scope(settings.urls().getFirst().toString())
                        : new HttpRegistry(new RegistryHttp(settings));
        return new RegistryClient(settings, store, System::nanoTime);
    }

    /** The schema with which a record was written. */
    public Schema schemaById(int id) {
        Schema known = byId.get(id);
        return known != null
                ? known
                : once(id, () -> asked(byId, id, () -> parsed(store.byId(id))));
    }

    /** The id of a schema under a subject, which it is registered under if it is not yet. */
    public int register(String subject, Schema schema, boolean normalize) {
        return id(new SubjectSchema(subject, SchemaText.published(schema), normalize, true));
    }

    /** The id of a schema that stands under a subject already. */
    public int lookUp(String subject, Schema schema, boolean normalize) {
        return id(new SubjectSchema(subject, SchemaText.published(schema), normalize, false));
    }

    /**
     * Sets how a subject's schemas may evolve.
     *
     * @param level as Confluent names it, for example {@code FULL_TRANSITIVE}
     */
    public void setCompatibility(String subject, String level) {
        store.setCompatibility(subject, level);
    }

    /** The newest version under a subject, as of at most {@code latest.cache.ttl.sec} ago. */
    public SchemaVersion latest(String subject) {
        Latest known = latest.get(subject);
        if (known != null && isFresh(known)) {
            return known.version();
        }
        return once(
                "latest/" + subject,
                () -> {
                    StoredSchema newest = store.latest(subject);
                    SchemaVersion version = new SchemaVersion(newest.id(), parsed(newest));
                    latest.remove(subject);
                    return latest.putIfAbsent(subject, new Latest(version, nanoTime.getAsLong()))
                            .version();
                });
    }

    @Override
    public void close() {
        synchronized (SHARED) {
            if (--users > 0) {
                return;
            }
            SHARED.remove(settings, this);
        }
        store.close();
    }

    private int id(SubjectSchema wanted) {
        Integer known = ids.get(wanted);
        if (known != null) {
            return known;
        }
        return once(wanted, () -> asked(ids, wanted, () -> written(wanted)));
    }

    private int written(SubjectSchema wanted) {
        return wanted.register()
                ? store.register(wanted.subject(), wanted.schema(), wanted.normalize())
                : store.lookUp(wanted.subject(), wanted.schema(), wanted.normalize());
    }

    /** Asks unless another thread's answer came in between. */
    private static <K, V> V asked(BoundedCache<K, V> cache, K key, Supplier<V> question) {
        V known = cache.get(key);
        return known != null ? known : cache.putIfAbsent(key, question.get());
    }

    private boolean isFresh(Latest known) {
        Duration ttl = settings.latestTtl();
        return ttl.isNegative() || nanoTime.getAsLong() - known.askedAt() < ttl.toNanos();
    }

    private Schema parsed(StoredSchema stored) {
        if (!stored.type().equals("AVRO")) {
            throw new SerializationException(
                    "schema_id=" + stored.id() + " is a " + stored.type() + " schema, not Avro");
        }
        LinkedHashMap<String, String> referenced = new LinkedHashMap<>();
        collect(stored.references(), referenced, new HashSet<>());
        return SchemaText.parse(stored.text(), new ArrayList<>(referenced.values()));
    }

    /** Gathers the texts of the named types that a schema uses, each before those that use it. */
    private void collect(
            List<Reference> references, Map<String, String> texts, Set<String> entered) {
        for (Reference reference : references) {
            if (!entered.add(reference.name())) {
                continue;
            }
            if (entered.size() > MAX_REFERENCES) {
                throw new SerializationException(
                        "a schema refers to more than " + MAX_REFERENCES + " others");
            }
            StoredSchema type = store.version(reference.subject(), reference.version());
            collect(type.references(), texts, entered);
            texts.put(reference.name(), type.text());
        }
    }

    /**
     * The first thread asks, the others wait for its answer: it is bounded by the request's
     * timeouts.
     */
    @SuppressWarnings("unchecked")
    private <T> T once(Object key, Supplier<T> question) {
        CompletableFuture<Object> mine = new CompletableFuture<>();
        CompletableFuture<Object> other = inFlight.putIfAbsent(key, mine);
        if (other != null) {
            return (T) shared(other);
        }
        try {
            T answer = question.get();
            mine.complete(answer);
            return answer;
        } catch (Throwable e) {
            mine.completeExceptionally(e);
            throw e;
        } finally {
            inFlight.remove(key, mine);
        }
    }

    private static Object shared(CompletableFuture<Object> other) {
        try {
            return other.join();
        } catch (CompletionException e) {
            switch (e.getCause()) {
                // it was the other thread that was interrupted
                case InterruptException interrupted ->
                        throw new RegistryUnavailableException(
                                "the request to the registry was cut short", interrupted);
                case RuntimeException failure -> throw failure;
                case null, default -> throw e;
            }
        }
    }
}
