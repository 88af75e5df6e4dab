package dev.millrace.ledger.pricing;

import dev.millrace.catalog.Catalog;
import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * The catalog for pricing: at least as new as the version that the result's decision names. Two
 * services read the catalog's topic at their own pace, so a new lane's first result may come before
 * its price; it waits.
 */
public final class CurrentCatalog {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Supplier<Catalog> live;
    private final Duration patience;

    /**
     * @param patience how long one result waits before the stream thread is started again at it
     */
    public CurrentCatalog(Supplier<Catalog> live, Duration patience) {
        this.live = live;
        this.patience = patience;
    }

    /** Wakes who waits: {@code live} has another version. */
    public void changed() {
        lock.lock();
        try {
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /**
     * The catalog, once its version is at least {@code version}.
     *
     * @throws CatalogBehindException when it did not come in time: nothing is priced by guess
     */
    public Catalog atLeast(long version) {
        lock.lock();
        try {
            long left = patience.toNanos();
            while (live.get().version() < version) {
                if (left <= 0) {
                    throw new CatalogBehindException(version, live.get().version());
                }
                left = changed.awaitNanos(left);
            }
            return live.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CatalogBehindException(version, live.get().version());
        } finally {
            lock.unlock();
        }
    }

    /** A result names a catalog version that has not been read yet. */
    public static final class CatalogBehindException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        CatalogBehindException(long wanted, long have) {
            super(
                    "a result names catalog_version="
                            + wanted
                            + ", read so far is catalog_version="
                            + have);
        }
    }
}
