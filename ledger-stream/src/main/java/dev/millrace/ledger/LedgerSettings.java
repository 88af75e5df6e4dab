package dev.millrace.ledger;

import io.micronaut.context.annotation.ConfigurationProperties;
import io.micronaut.core.bind.annotation.Bindable;
import java.nio.file.Path;
import java.time.Duration;

/**
 * What can be set in {@code application.yml} under {@code ledger}; where to find Kafka and
 * PostgreSQL comes from the environment.
 *
 * @param stateDirectory of the streams application
 * @param contentRetention after which outputs are purged from {@code jobs.job}: at most seven days
 * @param catalogPatience how long a result waits for the catalog version that it names before the
 *     stream is restarted at it
 * @param batchRecords the most records of one poll
 * @param connections of the database pool: one for each sink, one for the rest
 */
@ConfigurationProperties("ledger")
public record LedgerSettings(
        @Bindable(defaultValue = "${java.io.tmpdir}/millrace-ledger") Path stateDirectory,
        @Bindable(defaultValue = "7d") Duration contentRetention,
        @Bindable(defaultValue = "5s") Duration catalogPatience,
        @Bindable(defaultValue = "500") int batchRecords,
        @Bindable(defaultValue = "4") int connections) {

    private static final Duration LONGEST_RETENTION = Duration.ofDays(7);

    public LedgerSettings {
        if (contentRetention.isNegative() || contentRetention.compareTo(LONGEST_RETENTION) > 0) {
            throw new IllegalArgumentException("ledger.content-retention is 0 to 7 days");
        }
        if (catalogPatience.isNegative() || catalogPatience.compareTo(Duration.ofMinutes(1)) > 0) {
            throw new IllegalArgumentException("ledger.catalog-patience is 0 to 1 minute");
        }
        if (batchRecords < 1 || batchRecords > 10_000) {
            throw new IllegalArgumentException("ledger.batch-records is 1 to 10000");
        }
        if (connections < 4 || connections > 32) {
            throw new IllegalArgumentException("ledger.connections is 4 to 32");
        }
    }
}
