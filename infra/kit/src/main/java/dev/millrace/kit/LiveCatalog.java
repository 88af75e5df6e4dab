package dev.millrace.kit;

import dev.millrace.catalog.Catalog;
import dev.millrace.catalog.CatalogFold;
import dev.millrace.serde.RegistryErrors;
import dev.millrace.topics.Topics;
import dev.millrace.v1.CatalogEntry;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.RecordDeserializationException;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The catalog as it is now, read from its topic by a thread of its own. A plain reader and not a
 * group: every process reads all of it, commits nothing, and knows when it has reached the end (a
 * service starts only then).
 */
public final class LiveCatalog implements Supplier<Catalog>, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LiveCatalog.class);
    private static final TopicPartition PARTITION = new TopicPartition(Topics.CATALOG.name(), 0);
    private static final Duration POLL = Duration.ofMillis(250);
    private static final Duration PAUSE_AFTER_ERROR = Duration.ofMillis(500);

    private final Connection connection;
    private final CatalogFold fold =
            new CatalogFold(problem -> LOG.error("catalog=bad_entry problem=\"{}\"", problem));
    private final CountDownLatch loaded = new CountDownLatch(1);
    private final CountDownLatch stopping = new CountDownLatch(1);
    private final List<Consumer<Catalog>> listeners = new CopyOnWriteArrayList<>();
    private final Thread thread;
    private volatile Catalog current = Catalog.empty();

    public LiveCatalog(Connection connection) {
        this.connection = connection;
        this.thread = Thread.ofPlatform().name("catalog").daemon().unstarted(this::run);
    }

    /**
     * Starts reading; {@link #get()} is the empty catalog until the first version has been read.
     */
    public LiveCatalog start() {
        thread.start();
        return this;
    }

    @Override
    public Catalog get() {
        return current;
    }

    /** Waits until everything that was in the topic at the start has been read. */
    public LiveCatalog awaitLoaded(Duration timeout) throws InterruptedException, TimeoutException {
        if (!loaded.await(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new TimeoutException(
                    "the catalog was not read within "
                            + timeout.toSeconds()
                            + " s from "
                            + connection.bootstrapServers());
        }
        return this;
    }

    /**
     * Keys that an interrupted apply has left half published; empty once it was repeated. Only when
     * nothing is applied.
     */
    public Set<String> unsettled() {
        return fold.unsettled();
    }

    /** Calls back with each new version, on the reader's thread. */
    public void onChange(Consumer<Catalog> listener) {
        listeners.add(listener);
    }

    @Override
    public void close() {
        stopping.countDown();
        try {
            thread.join(Duration.ofSeconds(5));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        Position position = new Position();
        while (stopping.getCount() > 0) {
            try {
                readFrom(position);
            } catch (WakeupException | InterruptException e) {
                return;
            } catch (KafkaException e) {
                LOG.warn(
                        "catalog=unreadable error={} retry_in_ms={}",
                        e.toString(),
                        PAUSE_AFTER_ERROR.toMillis());
                pause();
            }
        }
    }

    private void readFrom(Position position) {
        Map<String, Object> settings = new HashMap<>(connection.reader());
        settings.put("client.id", "millrace-catalog");
        try (KafkaConsumer<String, CatalogEntry> consumer = new KafkaConsumer<>(settings)) {
            consumer.assign(List.of(PARTITION));
            consumer.seek(PARTITION, position.next);
            long end =
                    consumer.endOffsets(List.of(PARTITION), Duration.ofSeconds(10))
                            .getOrDefault(PARTITION, 0L);
            while (stopping.getCount() > 0) {
                try {
                    consumer.poll(POLL).forEach(this::accept);
                    position.next = consumer.position(PARTITION);
                } catch (RecordDeserializationException e) {
                    if (RegistryErrors.isOutage(e)) {
                        throw e;
                    }
                    LOG.error("catalog=bad_record offset={} error={}", e.offset(), e.getMessage());
                    position.next = e.offset() + 1;
                    consumer.seek(PARTITION, position.next);
                }
                if (position.next >= end) {
                    loaded.countDown();
                }
            }
        }
    }

    private void accept(ConsumerRecord<String, CatalogEntry> entry) {
        fold.accept(entry.key(), entry.value())
                .ifPresent(
                        catalog -> {
                            current = catalog;
                            LOG.info(
                                    "catalog_version={} lanes={} tenants={}",
                                    catalog.version(),
                                    catalog.lanes().size(),
                                    catalog.tenants().size());
                            listeners.forEach(listener -> listener.accept(catalog));
                        });
    }

    private void pause() {
        try {
            boolean stopped = stopping.await(PAUSE_AFTER_ERROR.toMillis(), TimeUnit.MILLISECONDS);
            LOG.debug("catalog=retrying stopped={}", stopped);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            stopping.countDown();
        }
    }

    /** Where the reader goes on after an error. */
    private static final class Position {
        private long next;
    }
}
