package dev.millrace.ingress;

import com.zaxxer.hikari.HikariDataSource;
import dev.millrace.ingress.ServiceState.Part;
import dev.millrace.ingress.broker.BrokerTopics;
import dev.millrace.ingress.loop.SupervisedLoop;
import dev.millrace.kit.Database;
import dev.millrace.kit.DatabaseErrors;
import dev.millrace.kit.LiveCatalog;
import dev.millrace.topics.Topics;
import io.micronaut.context.annotation.Requires;
import io.micronaut.context.event.ApplicationEventListener;
import io.micronaut.runtime.server.event.ServerStartupEvent;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.flywaydb.core.api.FlywayException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts what runs beside the HTTP server, in order: the catalog first, then the topics, then the
 * readers. The broker and the registry may come up later than this service; topics that are missing
 * on a broker that answers are waited for a while, and then the service ends and says which.
 */
@Singleton
@Requires(beans = LiveCatalog.class)
final class IngressService implements ApplicationEventListener<ServerStartupEvent> {
    private static final Logger LOG = LoggerFactory.getLogger(IngressService.class);
    private static final Duration LOOK_AGAIN = Duration.ofSeconds(2);
    private static final Duration CATALOG_PATIENCE = Duration.ofSeconds(15);
    private static final List<String> NEEDED =
            List.of(
                    Topics.JOBS.name(),
                    Topics.RESULTS.name(),
                    Topics.INGRESS_REPLIES.name(),
                    Topics.TOKENS.name(),
                    Topics.DEAD_LETTERS);

    private final LiveCatalog catalog;
    private final BrokerTopics topics;
    private final Readers readers;
    private final ServiceState state;
    private final IngressSettings settings;
    private final HikariDataSource pool;
    private final CountDownLatch stopping = new CountDownLatch(1);
    private volatile List<SupervisedLoop> running = List.of();

    IngressService(
            LiveCatalog catalog,
            BrokerTopics topics,
            Readers readers,
            ServiceState state,
            IngressSettings settings,
            HikariDataSource pool) {
        this.catalog = catalog;
        this.topics = topics;
        this.readers = readers;
        this.state = state;
        this.settings = settings;
        this.pool = pool;
    }

    @Override
    public void onApplicationEvent(ServerStartupEvent event) {
        LOG.info(
                "ingress=starting instance={} port={}",
                settings.instance(),
                event.getSource().getPort());
        Thread.ofPlatform().daemon().name("start").start(this::start);
        Thread.ofPlatform().daemon().name("broker-watch").start(this::watchBroker);
        Thread.ofVirtual().name("key-table").start(this::prepareKeys);
    }

    /** Stops the readers side by side; what they had not committed is read again. */
    @PreDestroy
    void stop() {
        stopping.countDown();
        List<Thread> closing =
                running.stream().map(loop -> Thread.ofVirtual().start(loop::close)).toList();
        try {
            for (Thread each : closing) {
                each.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        LOG.info("ingress=stopped");
    }

    private void start() {
        try {
            awaitCatalog();
            if (awaitTopics()) {
                running = readers.loops();
                running.forEach(SupervisedLoop::start);
            } else if (!isStopping()) {
                LOG.error("ingress=ends topics_missing={}", missing());
                System.exit(1);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Catalog keys work without a database; those that tenants made have to wait for it. */
    private void prepareKeys() {
        try {
            while (!isStopping()) {
                try {
                    Database.migrate(pool, "db/ingress", "ingress");
                    return;
                } catch (FlywayException e) {
                    LOG.warn("keys=waiting error={}", DatabaseErrors.describe(e));
                }
                rest();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void awaitCatalog() throws InterruptedException {
        catalog.start();
        while (!isStopping()) {
            try {
                catalog.awaitLoaded(CATALOG_PATIENCE);
                state.up(Part.CATALOG, "loaded");
                return;
            } catch (TimeoutException e) {
                LOG.warn("catalog=not_loaded_yet {}", e.getMessage());
            }
        }
    }

    /** False when a broker that answers still lacks topics after all patience. */
    private boolean awaitTopics() throws InterruptedException {
        long end = System.nanoTime() + settings.topicsPatience().toNanos();
        while (!isStopping()) {
            List<String> missing = missing();
            if (missing.isEmpty()) {
                return true;
            }
            LOG.warn("topics=missing names={}", missing);
            if (System.nanoTime() > end && state.isUp(Part.BROKER)) {
                return false;
            }
            rest();
        }
        return false;
    }

    private List<String> missing() {
        return NEEDED.stream().filter(topic -> topics.partitions(topic).isEmpty()).toList();
    }

    private void watchBroker() {
        try {
            while (!isStopping()) {
                if (topics.brokerAnswers()) {
                    state.up(Part.BROKER, "answers");
                } else {
                    state.down(Part.BROKER, "does not answer");
                }
                rest();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean isStopping() {
        return stopping.getCount() == 0;
    }

    private void rest() throws InterruptedException {
        boolean stopped = stopping.await(LOOK_AGAIN.toMillis(), TimeUnit.MILLISECONDS);
        LOG.trace("start=rested stopping={}", stopped);
    }
}
