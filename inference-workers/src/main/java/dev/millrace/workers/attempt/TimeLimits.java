package dev.millrace.workers.attempt;

import dev.millrace.workers.engine.StopSignal;
import dev.millrace.workers.engine.StopSignal.Reason;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

/**
 * Stops attempts whose time is over. One thread looks at all that run, some fifty times a second
 * while there are any: setting a timer for each attempt and taking it back costs more than most
 * attempts do otherwise, and a limit of seconds or minutes need not be exact to the millisecond.
 */
public final class TimeLimits implements AutoCloseable {
    private static final Duration LOOK = Duration.ofMillis(20);

    /** Looks that find nothing before the thread waits to be woken: about a second. */
    private static final int IDLE_LOOKS = 50;

    private final Set<Limit> limits = ConcurrentHashMap.newKeySet();
    private final LongSupplier nanoTime;
    private final int idleLooks;
    private final Thread thread =
            Thread.ofPlatform().daemon().name("time-limits").unstarted(this::watch);
    private volatile boolean asleep;
    private volatile boolean closed;

    public TimeLimits(LongSupplier nanoTime) {
        this(nanoTime, IDLE_LOOKS);
    }

    TimeLimits(LongSupplier nanoTime, int idleLooks) {
        this.nanoTime = nanoTime;
        this.idleLooks = idleLooks;
    }

    public TimeLimits start() {
        thread.start();
        return this;
    }

    /** The limit of one attempt; closing it takes it back. Not a record: each is itself only. */
    public final class Limit implements AutoCloseable {
        private final StopSignal stop;
        private final Reason reason;
        private final long end;

        private Limit(StopSignal stop, Reason reason, long end) {
            this.stop = stop;
            this.reason = reason;
            this.end = end;
        }

        @Override
        public void close() {
            limits.remove(this);
        }
    }

    /** Stops what the signal is for when the time is over. */
    public Limit set(Duration time, StopSignal stop, Reason reason) {
        Limit limit = new Limit(stop, reason, nanoTime.getAsLong() + time.toNanos());
        limits.add(limit);
        if (asleep) {
            LockSupport.unpark(thread);
        }
        return limit;
    }

    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(thread);
    }

    private void watch() {
        int idle = 0;
        while (!closed) {
            if (limits.isEmpty()) {
                idle++;
            } else {
                idle = 0;
                stopOverdue();
            }
            if (idle < idleLooks) {
                LockSupport.parkNanos(this, LOOK.toNanos());
            } else {
                sleep();
            }
        }
    }

    private void sleep() {
        asleep = true;
        // one that was set before it could see that we sleep
        if (limits.isEmpty() && !closed) {
            LockSupport.park(this);
        }
        asleep = false;
    }

    private void stopOverdue() {
        long now = nanoTime.getAsLong();
        for (Limit limit : limits) {
            if (limit.end - now <= 0 && limits.remove(limit)) {
                // stopping an engine may take a moment, and the others' time goes on
                Thread.startVirtualThread(() -> limit.stop.stop(limit.reason));
            }
        }
    }
}
