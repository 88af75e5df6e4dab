package dev.millrace.ledger;

import dev.millrace.catalog.Catalog;
import dev.millrace.catalog.Price;
import dev.millrace.kit.DatabaseErrors;
import dev.millrace.kit.LiveCatalog;
import io.micronaut.scheduling.annotation.Scheduled;
import jakarta.inject.Singleton;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code ledger.price}: the catalog's prices for whoever asks in SQL, within a second or two of a
 * change.
 */
@Singleton
public final class PriceList {
    private static final Logger LOG = LoggerFactory.getLogger(PriceList.class);

    private static final String RECORD =
            """
            insert into ledger.price as known
                (lane, effective_from, currency, input, cached_input, output, reasoning, request, catalog_version)
            values
                (:lane, :effectiveFrom, :currency, :input, :cachedInput, :output, :reasoning, :request, :catalogVersion)
            on conflict (lane, effective_from) do update set
                currency = excluded.currency, input = excluded.input, cached_input = excluded.cached_input,
                output = excluded.output, reasoning = excluded.reasoning, request = excluded.request,
                catalog_version = excluded.catalog_version
            where (known.currency, known.input, known.cached_input, known.output, known.reasoning, known.request)
                is distinct from (excluded.currency, excluded.input, excluded.cached_input, excluded.output,
                    excluded.reasoning, excluded.request)
            """;

    private final Jdbi database;
    private final LiveCatalog catalog;
    private final LedgerService service;
    private long recorded;

    public PriceList(Jdbi database, LiveCatalog catalog, LedgerService service) {
        this.database = database;
        this.catalog = catalog;
        this.service = service;
    }

    @Scheduled(initialDelay = "1s", fixedDelay = "1s")
    void run() {
        Catalog now = catalog.get();
        if (now.version() == recorded || !service.isStarted()) {
            return;
        }
        try {
            record(database, now);
            recorded = now.version();
            LOG.info("catalog_version={} prices={}", now.version(), now.prices().size());
        } catch (JdbiException e) {
            LOG.warn("price_list=failed retry_in_ms=1000 error={}", DatabaseErrors.describe(e));
        }
    }

    /** Writes a catalog's prices; those it no longer names stay, since rows name them. */
    static void record(Jdbi database, Catalog catalog) {
        if (catalog.prices().isEmpty()) {
            return;
        }
        database.useTransaction(
                handle -> {
                    PreparedBatch batch = handle.prepareBatch(RECORD);
                    for (Price price : catalog.prices()) {
                        batch.bindMethods(price).bind("catalogVersion", catalog.version()).add();
                    }
                    batch.execute();
                });
    }
}
