package dev.millrace.kit.streams;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * When a stream thread should end its transaction. Kafka Streams knows a fixed interval only: a
 * short one is all overhead where a commit takes long (several replicas, a busy machine), a long
 * one lets a lone record wait for nothing. So the first record after a pause is committed at once,
 * and the pause is the longer the longer commits take.
 *
 * <p>It asks by way of {@code ProcessorContext.commit()}; {@code commit.interval.ms} stays as the
 * upper bound. One object serves all stream threads of a process, each by itself: its clients say
 * when a commit begins and ends, on the thread that makes it.
 */
public final class CommitPace {
    /** Between the end of a commit and the next one asked for. */
    static final Duration SHORTEST = Duration.ofMillis(10);

    static final Duration LONGEST = Duration.ofMillis(200);

    /** Of this many parts of the time at most one is spent on committing. */
    static final int PARTS = 4;

    private final LongSupplier nanoTime;
    private final ThreadLocal<Turn> turns = new ThreadLocal<>();

    /** What one thread's commits took. */
    private static final class Turn {
        private long transactions;
        private boolean committing;
        private long began;
        private long ended;
        private long smoothed;

        private Turn(long now) {
            began = now;
            ended = now - LONGEST.toNanos();
        }
    }

    public CommitPace(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** Whether what this thread has done since its last commit should be committed now. */
    public boolean isDue() {
        Turn turn = turn();
        return nanoTime.getAsLong() - turn.ended >= pause(turn.smoothed);
    }

    /** How many transactions this thread has committed; tells whether one has been since. */
    public long transactions() {
        return turn().transactions;
    }

    /** This thread commits from now on, if it does not yet. */
    void began() {
        Turn turn = turn();
        if (!turn.committing) {
            turn.committing = true;
            turn.began = nanoTime.getAsLong();
        }
    }

    /** This thread's commit is through. */
    void ended() {
        Turn turn = turn();
        turn.committing = false;
        turn.ended = nanoTime.getAsLong();
        turn.smoothed = smoothed(turn.smoothed, turn.ended - turn.began);
        turn.transactions++;
    }

    /**
     * @param before nanoseconds that commits took so far; 0 where there was none
     * @param last nanoseconds that the last one took
     */
    static long smoothed(long before, long last) {
        return before == 0 ? last : before + (last - before) / 4;
    }

    /**
     * @param commit nanoseconds that a commit takes
     * @return nanoseconds from the end of one to the next
     */
    static long pause(long commit) {
        return Math.clamp(
                Math.multiplyExact(commit, PARTS - 1), SHORTEST.toNanos(), LONGEST.toNanos());
    }

    private Turn turn() {
        Turn turn = turns.get();
        if (turn == null) {
            turn = new Turn(nanoTime.getAsLong());
            turns.set(turn);
        }
        return turn;
    }
}
