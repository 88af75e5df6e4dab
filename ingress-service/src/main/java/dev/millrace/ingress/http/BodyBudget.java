package dev.millrace.ingress.http;

import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Bounds the memory of jobs that are being accepted: not how many callers there are, but how much
 * they bring.
 */
public final class BodyBudget {
    private static final int UNIT = 1024;
    private static final long PATIENCE_MS = 1_000;
    private final Semaphore units;

    /**
     * A budget for all requests together.
     *
     * @param bytes of bodies at once; at least those of one largest body
     */
    public BodyBudget(int bytes) {
        this.units = new Semaphore(bytes / UNIT, true);
    }

    /** Waits up to a second for room; the share says whether there was any. */
    public Share take(int bytes) {
        int wanted = Math.max(1, Math.ceilDiv(bytes, UNIT));
        try {
            return units.tryAcquire(wanted, PATIENCE_MS, TimeUnit.MILLISECONDS)
                    ? new Share(wanted)
                    : new Share(0);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Share(0);
        }
    }

    int freeBytes() {
        return units.availablePermits() * UNIT;
    }

    /** What one request holds until it is answered. */
    public final class Share implements AutoCloseable {
        private final int held;

        private Share(int held) {
            this.held = held;
        }

        public boolean granted() {
            return held > 0;
        }

        @Override
        public void close() {
            units.release(held);
        }
    }
}
