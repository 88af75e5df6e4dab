package dev.millrace.workers;

import dev.millrace.v1.Band;
import dev.millrace.workers.intake.JobBoard;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Ends the polling thread's wait when a job's progress gives it something to do: a record to
 * commit, or room in a band that is full. The thread waits either inside the consumer's poll, where
 * waking it costs an exception, or parked here. Each wait is ended once.
 */
final class PollWake {
    private final JobBoard board;
    private final LongSupplier nanoTime;
    private final AtomicBoolean onFinish = new AtomicBoolean();
    private final AtomicBoolean onRoom = new AtomicBoolean();
    private volatile Set<Band> full = Set.of();
    private volatile @Nullable Thread parked;
    private volatile @Nullable Consumer<?, ?> polling;

    PollWake(JobBoard board, LongSupplier nanoTime) {
        this.board = board;
        this.nanoTime = nanoTime;
    }

    /**
     * The thread is about to poll.
     *
     * @param finish whether a record that is done with is worth waking up for
     */
    void beforePoll(Consumer<?, ?> consumer, boolean finish) {
        polling = consumer;
        onFinish.set(finish);
    }

    void afterPoll() {
        onFinish.set(false);
        polling = null;
    }

    /**
     * Parks the calling thread, for a time at most.
     *
     * @param finish whether a record that is done with ends the wait
     * @param waitsFor bands of which any ends it when it has room
     */
    void park(Duration time, boolean finish, Set<Band> waitsFor) {
        long end = nanoTime.getAsLong() + time.toNanos();
        full = Set.copyOf(waitsFor);
        parked = Thread.currentThread();
        onFinish.set(finish);
        onRoom.set(!waitsFor.isEmpty());
        started();
        for (long left = time.toNanos();
                left > 0 && parked != null;
                left = end - nanoTime.getAsLong()) {
            LockSupport.parkNanos(this, left);
        }
        parked = null;
        onFinish.set(false);
        onRoom.set(false);
    }

    /** There is something to commit: a record is done with, or a start is to be noted. */
    void toCommit() {
        if (onFinish.compareAndSet(true, false)) {
            wake();
        }
    }

    /** A waiting job has got a slot. */
    void started() {
        if (onRoom.get()
                && full.stream().anyMatch(board::hasRoom)
                && onRoom.compareAndSet(true, false)) {
            wake();
        }
    }

    /** Ends the wait, whatever it is for. */
    void wake() {
        Thread thread = parked;
        if (thread != null) {
            parked = null;
            LockSupport.unpark(thread);
            return;
        }
        Consumer<?, ?> consumer = polling;
        if (consumer != null) {
            consumer.wakeup();
        }
    }
}
