package dev.millrace.classifier.store;

import static org.apache.kafka.streams.state.Stores.inMemoryKeyValueStore;
import static org.apache.kafka.streams.state.Stores.keyValueStoreBuilder;

import dev.millrace.classifier.stream.TopicSerdes;
import dev.millrace.kit.Connection;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.state.KeyValueStore;

/** A task's stores in memory, in their real formats. */
public final class InMemoryBook implements AutoCloseable {
    private static final TopicSerdes SERDES =
            new TopicSerdes(Connection.to("localhost:1", "mock://book"));

    private final MockProcessorContext<Void, Void> context = new MockProcessorContext<>();
    private final List<KeyValueStore<?, ?>> stores = new ArrayList<>();
    private final JobBook book =
            new JobBook(
                    store(Stores.JOBS, Serdes.String(), Stores.jobs()),
                    store(Stores.DUE, DueKey.serde(), Serdes.ByteArray()),
                    store(Stores.RETRIES, Serdes.String(), SERDES.waiting()),
                    store(Stores.TENANTS, Serdes.String(), Stores.loads()));

    public JobBook book() {
        return book;
    }

    /** Names of the stores with anything in them. */
    public List<String> inUse() {
        return stores.stream()
                .filter(store -> store.approximateNumEntries() > 0)
                .map(KeyValueStore::name)
                .toList();
    }

    @Override
    public void close() {
        stores.forEach(KeyValueStore::close);
    }

    private <K, V> KeyValueStore<K, V> store(String name, Serde<K> key, Serde<V> value) {
        KeyValueStore<K, V> store =
                keyValueStoreBuilder(inMemoryKeyValueStore(name), key, value)
                        .withLoggingDisabled()
                        .withCachingDisabled()
                        .build();
        store.init(context.getStateStoreContext(), store);
        stores.add(store);
        return store;
    }
}
