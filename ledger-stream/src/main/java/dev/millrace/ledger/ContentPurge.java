package dev.millrace.ledger;

import dev.millrace.kit.DatabaseErrors;
import io.micronaut.scheduling.annotation.Scheduled;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Instant;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes answers, error details and metadata of jobs that ended too long ago; the rows stay, for
 * the ledger's readers.
 */
@Singleton
public final class ContentPurge {
    private static final Logger LOG = LoggerFactory.getLogger(ContentPurge.class);
    private static final int ROWS_AT_ONCE = 500;
    private static final int MOST_TURNS = 1_000;

    private static final String PURGE =
            """
            update jobs.job set output = null, error_detail = null, metadata = '{}', content_purged_at = :now
            where job_id in (
                select job_id from jobs.job
                where content_purged_at is null and created_at < :before and completed_at < :before
                order by created_at limit :rows for update skip locked)
            """;

    private final Jdbi database;
    private final LedgerSettings settings;
    private final Clock clock;

    public ContentPurge(Jdbi database, LedgerSettings settings, Clock clock) {
        this.database = database;
        this.settings = settings;
        this.clock = clock;
    }

    /** Every ten minutes; what it does not finish, the next turn does. */
    @Scheduled(initialDelay = "1m", fixedDelay = "10m")
    void run() {
        try {
            int purged = purge();
            if (purged > 0) {
                LOG.info("purged_jobs={} retention={}", purged, settings.contentRetention());
            }
        } catch (JdbiException e) {
            LOG.warn("purge=failed error={}", DatabaseErrors.describe(e));
        }
    }

    /** Purges what is due and answers how many rows that were. */
    public int purge() {
        int purged = 0;
        for (int turn = 0; turn < MOST_TURNS; turn++) {
            int now = purgeSome();
            purged += now;
            if (now < ROWS_AT_ONCE) {
                break;
            }
        }
        return purged;
    }

    private int purgeSome() {
        Instant now = clock.instant();
        return database.withHandle(
                handle ->
                        handle.createUpdate(PURGE)
                                .bind("now", now)
                                .bind("before", now.minus(settings.contentRetention()))
                                .bind("rows", ROWS_AT_ONCE)
                                .execute());
    }
}
