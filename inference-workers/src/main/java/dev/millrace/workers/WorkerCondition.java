package dev.millrace.workers;

import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** Whether the worker really works, and if not, why. Thread-safe. */
public final class WorkerCondition {
    private static final long SILENCE_NANOS = TimeUnit.SECONDS.toNanos(15);

    private final LongSupplier nanoTime;
    private volatile String waitingFor = "the catalog";
    private volatile boolean member;
    private volatile long lastPoll;

    public WorkerCondition(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** It cannot take jobs before something is there. */
    void waitingFor(String what) {
        waitingFor = what;
        member = false;
    }

    /** It has been given its partitions, however many. */
    void member() {
        member = true;
    }

    void polled() {
        lastPoll = nanoTime.getAsLong();
    }

    /** Why it does not work; empty where it does. */
    public Optional<String> trouble() {
        if (!member) {
            return Optional.of("waiting for " + waitingFor);
        }
        if (nanoTime.getAsLong() - lastPoll > SILENCE_NANOS) {
            return Optional.of("polling has stopped");
        }
        return Optional.empty();
    }
}
