package dev.millrace.workers;

import java.util.function.LongSupplier;

/** Output tokens for each second, over the last ten. Thread-safe. */
public final class TokenRate {
    private static final int SECONDS = 10;
    private static final long NANOS = 1_000_000_000;

    private final LongSupplier nanoTime;
    private final long start;
    private final long[] tokens = new long[SECONDS];
    private final long[] second = new long[SECONDS];

    public TokenRate(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.start = nanoTime.getAsLong();
    }

    public synchronized void add(long count) {
        long now = now();
        int at = (int) (now % SECONDS);
        if (second[at] != now) {
            second[at] = now;
            tokens[at] = 0;
        }
        tokens[at] += count;
    }

    public synchronized double perSecond() {
        long now = now();
        long sum = 0;
        for (int i = 0; i < SECONDS; i++) {
            sum += now - second[i] < SECONDS ? tokens[i] : 0;
        }
        return (double) sum / SECONDS;
    }

    private long now() {
        return (nanoTime.getAsLong() - start) / NANOS;
    }
}
