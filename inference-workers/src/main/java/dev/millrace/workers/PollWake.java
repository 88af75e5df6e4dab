package dev.millrace.workers;

import dev.millrace.v1.Band;
import dev.millrace.workers.intake.JobBoard;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.clients.consumer.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Ends the polling thread's wait when a job's progress gives it something to do: a record to
 * commit, or room in a band that was held back. It is armed before each wait and goes off once,
 * because every wake-up costs an exception.
 */
final class PollWake {
    private final JobBoard board;
    private final AtomicBoolean onFinish = new AtomicBoolean();
    private final AtomicBoolean onRoom = new AtomicBoolean();
    private volatile Set<Band> heldBack = Set.of();
    private volatile @Nullable Consumer<?, ?> consumer;

    PollWake(JobBoard board) {
        this.board = board;
    }

    /** From now on it wakes this consumer. */
    void attach(@Nullable Consumer<?, ?> waiting) {
        consumer = waiting;
    }

    /**
     * @param finish whether a finished record is worth waking up for
     * @param full bands that wait for room
     */
    void arm(boolean finish, Set<Band> full) {
        heldBack = Set.copyOf(full);
        onRoom.set(!full.isEmpty());
        onFinish.set(finish);
    }

    void disarm() {
        onFinish.set(false);
        onRoom.set(false);
    }

    /** A record is done with. */
    void finished() {
        if (onFinish.compareAndSet(true, false)) {
            wake();
        }
    }

    /** A waiting job has got a slot. */
    void started() {
        if (onRoom.get()
                && heldBack.stream().anyMatch(board::hasRoom)
                && onRoom.compareAndSet(true, false)) {
            wake();
        }
    }

    /** Whatever it waits for. */
    void wake() {
        Consumer<?, ?> waiting = consumer;
        if (waiting != null) {
            waiting.wakeup();
        }
    }
}
