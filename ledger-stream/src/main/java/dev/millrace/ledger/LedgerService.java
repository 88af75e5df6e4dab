package dev.millrace.ledger;

import com.zaxxer.hikari.HikariDataSource;
import dev.millrace.kit.Connection;
import dev.millrace.kit.Database;
import dev.millrace.kit.DatabaseErrors;
import dev.millrace.kit.LiveCatalog;
import dev.millrace.kit.TopicWait;
import dev.millrace.kit.streams.PatientRestart;
import dev.millrace.topics.Topics;
import io.micronaut.runtime.event.annotation.EventListener;
import io.micronaut.runtime.server.event.ServerStartupEvent;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.streams.KafkaStreams;
import org.flywaydb.core.api.FlywayException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts the work once everything that it stands on is there: topics, catalog, tables. Until then
 * the service is up and says that it is not ready.
 */
@Singleton
public final class LedgerService {
    private static final Logger LOG = LoggerFactory.getLogger(LedgerService.class);
    private static final Duration EACH_WAIT = Duration.ofSeconds(60);
    private static final Duration BETWEEN = Duration.ofSeconds(1);
    private static final List<String> TOPICS =
            List.of(
                    Topics.RESULTS.name(),
                    Topics.USAGE.name(),
                    Topics.INGRESS_REPLIES.name(),
                    Topics.CATALOG.name(),
                    Topics.DEAD_LETTERS);

    private final Connection connection;
    private final LiveCatalog catalog;
    private final HikariDataSource pool;
    private final KafkaStreams streams;
    private final LedgerSinks sinks;
    private final CountDownLatch stopping = new CountDownLatch(1);
    private final Thread starter =
            Thread.ofPlatform().name("ledger-start").daemon().unstarted(this::start);
    private volatile boolean started;

    LedgerService(
            Connection connection,
            LiveCatalog catalog,
            HikariDataSource pool,
            KafkaStreams streams,
            LedgerSinks sinks) {
        this.connection = connection;
        this.catalog = catalog;
        this.pool = pool;
        this.streams = streams;
        this.sinks = sinks;
    }

    @EventListener
    void onServerStarted(ServerStartupEvent event) {
        starter.start();
    }

    @PreDestroy
    void stop() {
        stopping.countDown();
        starter.interrupt();
        sinks.close();
    }

    /** Whether the tables are there. */
    public boolean isStarted() {
        return started;
    }

    /** Whether results are being priced and all sinks write. */
    public boolean isReady() {
        return started && streams.state() == KafkaStreams.State.RUNNING && sinks.areWorking();
    }

    /** Waits for as long as it takes, each wait bounded and its failure logged. */
    private void start() {
        streams.setUncaughtExceptionHandler(new PatientRestart());
        while (stopping.getCount() > 0) {
            try {
                prepare();
                streams.start();
                sinks.start();
                started = true;
                LOG.info("ledger=started");
                return;
            } catch (TimeoutException | FlywayException e) {
                LOG.error("ledger=waiting error={}", DatabaseErrors.describe(e));
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
        Database.migrate(pool, "db/ledger", "ledger", "jobs");
    }

    private void pause() {
        try {
            boolean stopped = stopping.await(BETWEEN.toMillis(), TimeUnit.MILLISECONDS);
            LOG.debug("ledger=retrying stopped={}", stopped);
        } catch (InterruptedException e) {
            stopping.countDown();
        }
    }
}
