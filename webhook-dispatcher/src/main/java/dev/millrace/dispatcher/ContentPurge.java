package dev.millrace.dispatcher;

import dev.millrace.dispatcher.store.Deliveries;
import dev.millrace.kit.DatabaseErrors;
import io.micronaut.scheduling.annotation.Scheduled;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Instant;
import org.jdbi.v3.core.JdbiException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Removes payloads that are too old; the rows stay, as the record of what was delivered. */
@Singleton
public final class ContentPurge {
    private static final Logger LOG = LoggerFactory.getLogger(ContentPurge.class);
    private static final int ROWS_AT_ONCE = 500;
    private static final int MOST_TURNS = 1_000;

    private final Deliveries deliveries;
    private final DispatcherSettings settings;
    private final Clock clock;
    private final DispatcherService service;

    public ContentPurge(
            Deliveries deliveries,
            DispatcherSettings settings,
            Clock clock,
            DispatcherService service) {
        this.deliveries = deliveries;
        this.settings = settings;
        this.clock = clock;
        this.service = service;
    }

    /** Every ten minutes; what it does not finish, the next turn does. */
    @Scheduled(initialDelay = "1m", fixedDelay = "10m")
    void run() {
        if (!service.isStarted()) {
            return;
        }
        try {
            int changed = purge();
            if (changed > 0) {
                LOG.info("purged_webhooks={} retention={}", changed, settings.contentRetention());
            }
        } catch (JdbiException e) {
            LOG.warn("purge=failed error={}", DatabaseErrors.describe(e));
        }
    }

    private int purge() {
        int purged = 0;
        for (int turn = 0; turn < MOST_TURNS; turn++) {
            Instant now = clock.instant();
            int changed =
                    deliveries.purge(now.minus(settings.contentRetention()), now, ROWS_AT_ONCE);
            purged += changed;
            if (changed == 0) {
                break;
            }
        }
        return purged;
    }
}
