package dev.millrace.classifier.service;

import dev.millrace.kit.Connection;
import dev.millrace.kit.LaneLags;
import dev.millrace.kit.LiveCatalog;
import dev.millrace.kit.telemetry.TelemetryNames;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.micronaut.runtime.event.annotation.EventListener;
import io.micronaut.runtime.server.event.ServerStartupEvent;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Each lane's record lag, looked up every few seconds. It stands here and not with the workers
 * because the lane that has none is the one whose lag somebody waits for. Where the lags cannot be
 * looked up there are no values, rather than old ones.
 */
@Singleton
final class LaneLagMeter {
    private static final Logger LOG = LoggerFactory.getLogger(LaneLagMeter.class);
    private static final Duration EVERY = Duration.ofSeconds(5);

    private final Connection connection;
    private final LiveCatalog catalog;
    private final MultiGauge gauge;
    private final CountDownLatch stopping = new CountDownLatch(1);
    private final Thread thread =
            Thread.ofPlatform().name("lane-lag").daemon().unstarted(this::run);
    private boolean known;

    LaneLagMeter(Connection connection, LiveCatalog catalog, MeterRegistry meters) {
        this.connection = connection;
        this.catalog = catalog;
        this.gauge =
                MultiGauge.builder(TelemetryNames.METER_LANE_LAG)
                        .description("Records of a lane that are not committed yet")
                        .register(meters);
    }

    @EventListener
    void onServerStarted(ServerStartupEvent event) {
        thread.start();
    }

    @PreDestroy
    void stop() {
        stopping.countDown();
        thread.interrupt();
    }

    private void run() {
        try (Admin admin = Admin.create(connection.admin())) {
            LaneLags lags = new LaneLags(admin);
            do {
                show(look(lags));
            } while (!stopping.await(EVERY.toMillis(), TimeUnit.MILLISECONDS));
        } catch (InterruptedException e) {
            LOG.debug("lane_lag=interrupted");
        } catch (KafkaException e) {
            LOG.error("lane_lag=off error={}", e.toString());
        }
    }

    private Map<String, Long> look(LaneLags lags) throws InterruptedException {
        try {
            Map<String, Long> found = lags.of(catalog.get().lanes().keySet());
            known = true;
            return found;
        } catch (ExecutionException | TimeoutException | KafkaException e) {
            if (known) {
                LOG.warn("lane_lag=unknown error={}", e.toString());
            }
            known = false;
            return Map.of();
        }
    }

    private void show(Map<String, Long> lags) {
        List<MultiGauge.Row<Number>> rows =
                lags.entrySet().stream()
                        .map(
                                each ->
                                        MultiGauge.Row.of(
                                                Tags.of("lane", each.getKey()),
                                                (Number) each.getValue()))
                        .toList();
        gauge.register(rows, true);
    }
}
