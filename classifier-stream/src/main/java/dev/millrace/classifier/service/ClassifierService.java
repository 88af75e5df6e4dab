package dev.millrace.classifier.service;

import dev.millrace.kit.Connection;
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
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.streams.KafkaStreams;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts the stream once what it stands on is there: the topics, and a catalog to route by. Until
 * then the service is up and says that it is not ready.
 */
@Singleton
public final class ClassifierService {
    private static final Logger LOG = LoggerFactory.getLogger(ClassifierService.class);
    private static final Duration BETWEEN = Duration.ofSeconds(1);
    private static final Duration ALIVE_WITHIN = Duration.ofSeconds(15);

    /** A stream that writes to a missing topic stands still, so all of them are waited for. */
    private static final List<String> TOPICS =
            List.of(
                    Topics.JOBS.name(),
                    Topics.OUTCOMES.name(),
                    Topics.RESULTS.name(),
                    Topics.INGRESS_REPLIES.name(),
                    Topics.WEBHOOKS.name(),
                    Topics.CONTROL.name(),
                    Topics.TENANT_STATUS.name(),
                    Topics.CATALOG.name(),
                    Topics.DEAD_LETTERS);

    private final Connection connection;
    private final LiveCatalog catalog;
    private final KafkaStreams streams;
    private final StatusReader lanes;
    private final MeteredJobs meters;
    private final ClassifierSettings settings;
    private final LastResort lastResort;
    private final CountDownLatch stopping = new CountDownLatch(1);
    private final Thread starter =
            Thread.ofPlatform().name("classifier-start").daemon().unstarted(this::start);
    private volatile boolean started;

    ClassifierService(
            Connection connection,
            LiveCatalog catalog,
            KafkaStreams streams,
            StatusReader lanes,
            MeteredJobs meters,
            ClassifierSettings settings,
            LastResort lastResort) {
        this.connection = connection;
        this.catalog = catalog;
        this.streams = streams;
        this.lanes = lanes;
        this.meters = meters;
        this.settings = settings;
        this.lastResort = lastResort;
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

    /** Whether jobs are being processed: also false while a task stands still. */
    public boolean isReady() {
        return started
                && streams.state() == KafkaStreams.State.RUNNING
                && meters.allAliveWithin(ALIVE_WITHIN);
    }

    private void start() {
        try {
            streams.setUncaughtExceptionHandler(new PatientRestart());
            streams.setStateListener(this::onState);
            startWhenPossible();
        } catch (RuntimeException | LinkageError e) {
            LOG.error("classifier=unstartable action=exit", e);
            lastResort.exit();
        }
    }

    /** Waits for as long as it takes, each wait bounded and its failure logged. */
    private void startWhenPossible() {
        while (stopping.getCount() > 0) {
            try (Admin admin = Admin.create(connection.admin())) {
                TopicWait.until(admin, TOPICS, settings.patience());
                catalog.awaitLoaded(settings.patience());
                lanes.start();
                streams.start();
                started = true;
                LOG.info("classifier=started catalog_version={}", catalog.get().version());
                return;
            } catch (TimeoutException | KafkaException e) {
                LOG.error("classifier=waiting error={}", e.toString());
            } catch (InterruptedException e) {
                return;
            }
            pause();
        }
    }

    private void onState(KafkaStreams.State now, KafkaStreams.State before) {
        LOG.info("classifier_state={} before={}", now, before);
        if (now == KafkaStreams.State.ERROR && stopping.getCount() > 0) {
            LOG.error("classifier=dead action=exit");
            Thread.ofPlatform().name("last-resort").daemon().start(lastResort::exit);
        }
    }

    private void pause() {
        try {
            boolean stopped = stopping.await(BETWEEN.toMillis(), TimeUnit.MILLISECONDS);
            LOG.debug("classifier=retrying stopped={}", stopped);
        } catch (InterruptedException e) {
            stopping.countDown();
        }
    }
}
