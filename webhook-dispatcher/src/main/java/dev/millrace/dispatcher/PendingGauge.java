package dev.millrace.dispatcher;

import dev.millrace.dispatcher.store.Deliveries;
import dev.millrace.kit.DatabaseErrors;
import io.micrometer.core.instrument.MeterRegistry;
import io.micronaut.scheduling.annotation.Scheduled;
import jakarta.inject.Singleton;
import java.util.concurrent.atomic.AtomicLong;
import org.jdbi.v3.core.JdbiException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Deliveries that are neither delivered nor exhausted, for who watches. */
@Singleton
public final class PendingGauge {
    private static final Logger LOG = LoggerFactory.getLogger(PendingGauge.class);
    private final Deliveries deliveries;
    private final DispatcherService service;
    private final AtomicLong pending;

    public PendingGauge(Deliveries deliveries, DispatcherService service, MeterRegistry meters) {
        this.deliveries = deliveries;
        this.service = service;
        this.pending = meters.gauge("millrace.webhook.pending", new AtomicLong());
    }

    @Scheduled(fixedDelay = "15s")
    void measure() {
        if (!service.isStarted()) {
            return;
        }
        try {
            pending.set(deliveries.pending());
        } catch (JdbiException e) {
            LOG.debug("pending=unknown error={}", DatabaseErrors.describe(e));
        }
    }
}
