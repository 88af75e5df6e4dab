package dev.millrace.dispatcher;

import com.zaxxer.hikari.HikariDataSource;
import dev.millrace.dispatcher.store.Deliveries;
import dev.millrace.kit.Connection;
import dev.millrace.kit.Database;
import dev.millrace.kit.DatabaseErrors;
import dev.millrace.kit.LiveCatalog;
import dev.millrace.kit.TopicWait;
import dev.millrace.topics.Topics;
import io.micronaut.configuration.kafka.ConsumerRegistry;
import io.micronaut.runtime.event.annotation.EventListener;
import io.micronaut.runtime.server.event.ServerStartupEvent;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.flywaydb.core.api.FlywayException;
import org.jdbi.v3.core.JdbiException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts the work once everything that it stands on is there: topics, catalog, tables. Until then
 * the service is up and says that it is not ready.
 */
@Singleton
public class DispatcherService {
    private static final Logger LOG = LoggerFactory.getLogger(DispatcherService.class);
    private static final Duration EACH_WAIT = Duration.ofSeconds(60);
    private static final Duration BETWEEN = Duration.ofSeconds(1);
    private static final List<String> TOPICS =
            List.of(Topics.WEBHOOKS.name(), Topics.CATALOG.name(), Topics.DEAD_LETTERS);

    private final Connection connection;
    private final LiveCatalog catalog;
    private final HikariDataSource pool;
    private final ConsumerRegistry consumers;
    private final Deliveries deliveries;
    private final Clock clock;
    private final Dispatcher dispatcher;
    private final CountDownLatch stopping = new CountDownLatch(1);
    private final Thread starter =
            Thread.ofPlatform().name("dispatcher-start").daemon().unstarted(this::start);
    private volatile boolean started;

    public DispatcherService(
            Connection connection,
            LiveCatalog catalog,
            HikariDataSource pool,
            ConsumerRegistry consumers,
            Deliveries deliveries,
            Clock clock,
            Dispatcher dispatcher) {
        this.connection = connection;
        this.catalog = catalog;
        this.pool = pool;
        this.consumers = consumers;
        this.deliveries = deliveries;
        this.clock = clock;
        this.dispatcher = dispatcher;
    }

    @EventListener
    void onServerStarted(ServerStartupEvent event) {
        starter.start();
    }

    @PreDestroy
    void stop() {
        stopping.countDown();
        starter.interrupt();
    }

    /** Whether the tables are there and events are read. */
    public boolean isStarted() {
        return started;
    }

    public boolean isReady() {
        return started && dispatcher.isWorking();
    }

    /** Waits for as long as it takes, each wait bounded and its failure logged. */
    private void start() {
        while (stopping.getCount() > 0) {
            try {
                prepare();
                int inHand = deliveries.releaseAll(clock.instant());
                dispatcher.start();
                consumers.resume(WebhookIntake.GROUP);
                started = true;
                LOG.info("dispatcher=started taken_up={}", inHand);
                return;
            } catch (TimeoutException | FlywayException | JdbiException e) {
                LOG.error("dispatcher=waiting error={}", DatabaseErrors.describe(e));
            } catch (InterruptedException e) {
                return;
            }
            pause();
        }
    }

    private void prepare() throws InterruptedException, TimeoutException {
        try (Admin admin = Admin.create(connection.admin())) {
            TopicWait.until(admin, TOPICS, EACH_WAIT);
        }
        catalog.awaitLoaded(EACH_WAIT);
        Database.migrate(pool, "db/webhook", "webhook");
    }

    private void pause() {
        try {
            boolean stopped = stopping.await(BETWEEN.toMillis(), TimeUnit.MILLISECONDS);
            LOG.debug("dispatcher=retrying stopped={}", stopped);
        } catch (InterruptedException e) {
            stopping.countDown();
        }
    }
}
