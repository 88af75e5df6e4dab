package dev.millrace.workers.engine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Ends one attempt early, once, for the first reason that comes. Thread-safe. */
public final class StopSignal {

    /** Why an attempt is to end. */
    public enum Reason {
        /** It ran as long as the lane allows. */
        ATTEMPT_TIMEOUT,
        /** The job's deadline has come. */
        DEADLINE,
        /** The job was cancelled. */
        CANCELLED,
        /** The classifier has ended the job as expired. */
        EXPIRED,
        /** The worker leaves and waits no longer. */
        LEAVING
    }

    private final CountDownLatch stopped = new CountDownLatch(1);
    private final List<Runnable> actions = new ArrayList<>();
    private volatile @Nullable Reason reason;

    /** Undoes {@link #onStop}. */
    public interface Registration extends AutoCloseable {
        /** Once this returns the action will not start any more. */
        @Override
        void close();
    }

    /**
     * Stops, unless something else already has. Actions run on the calling thread.
     *
     * @return whether this call was the first
     */
    public synchronized boolean stop(Reason why) {
        if (reason != null) {
            return false;
        }
        reason = why;
        stopped.countDown();
        actions.forEach(Runnable::run);
        actions.clear();
        return true;
    }

    public boolean isStopped() {
        return reason != null;
    }

    public Optional<Reason> reason() {
        return Optional.ofNullable(reason);
    }

    /**
     * Runs an action when the stop comes, at once if it has come. The action must be quick and must
     * not throw.
     */
    public synchronized Registration onStop(Runnable action) {
        if (reason != null) {
            action.run();
            return () -> {};
        }
        actions.add(action);
        return () -> forget(action);
    }

    private synchronized void forget(Runnable action) {
        actions.remove(action);
    }

    /**
     * Waits for the stop.
     *
     * @return whether it came within the time
     */
    public boolean await(Duration time) throws InterruptedException {
        return stopped.await(time.toNanos(), TimeUnit.NANOSECONDS);
    }
}
