package dev.millrace.workers.chat;

import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Watches over one call and can interrupt the thread that makes it: on request, or when a stream
 * that has begun says nothing for too long (a stall that no HTTP timeout covers). After {@link
 * #close} the thread is left alone, and no interrupt is left behind.
 */
final class CallGuard implements AutoCloseable {
    /** The guard of the call that the current thread makes. */
    static final ScopedValue<CallGuard> CURRENT = ScopedValue.newInstance();

    private static final long NOT_BEGUN = Long.MIN_VALUE;

    private final Thread caller = Thread.currentThread();
    private final LongSupplier nanoTime;
    private final long idleNanos;
    private final Future<?> watch;
    private volatile long lastHeard = NOT_BEGUN;
    private volatile boolean sent;
    private boolean open = true;
    private boolean stalled;

    /** Guards a call of the current thread. */
    CallGuard(Duration idle, ScheduledExecutorService timer, LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.idleNanos = idle.toNanos();
        long period = Math.max(1, idleNanos / 4);
        this.watch =
                timer.scheduleAtFixedRate(
                        this::interruptWhenStalled, period, period, TimeUnit.NANOSECONDS);
    }

    /** Bytes of a stream have come, on whichever call the current thread makes. */
    static void heard() {
        if (CURRENT.isBound()) {
            CallGuard guard = CURRENT.get();
            guard.lastHeard = guard.nanoTime.getAsLong();
        }
    }

    /** A request is on its way, on whichever call the current thread makes. */
    static void sending() {
        if (CURRENT.isBound()) {
            CURRENT.get().sent = true;
        }
    }

    /** Whether the provider was asked anything. */
    boolean wasSent() {
        return sent;
    }

    synchronized void interrupt() {
        if (open) {
            caller.interrupt();
        }
    }

    synchronized boolean isStalled() {
        return stalled;
    }

    private synchronized void interruptWhenStalled() {
        long last = lastHeard;
        if (open && last != NOT_BEGUN && nanoTime.getAsLong() - last > idleNanos) {
            stalled = true;
            caller.interrupt();
        }
    }

    @Override
    public void close() {
        watch.cancel(false);
        synchronized (this) {
            open = false;
        }
        Thread.interrupted();
    }
}
