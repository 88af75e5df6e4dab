package dev.millrace.workers.endpoint;

import java.time.Duration;
import java.time.Instant;

/**
 * How much there was in the time up to now, kept in slices: what is in a slice counts until all of
 * it is too long ago, so that no window ever holds more than is said. Not thread-safe.
 */
final class RollingCount {
    private final long[] slices;
    private final long sliceMillis;

    /** Since the epoch; of the newest slice. */
    private long newest;

    private long sum;

    RollingCount(Duration window, int slices) {
        this.slices = new long[slices + 1];
        this.sliceMillis = window.toMillis() / slices;
    }

    void add(Instant now, long amount) {
        roll(now);
        slices[index(newest)] += amount;
        sum += amount;
    }

    long sum(Instant now) {
        roll(now);
        return sum;
    }

    /** When there will be at most so much; now, where there is no more already. */
    Instant atMost(long most, Instant now) {
        roll(now);
        long left = sum;
        for (long slice = newest - slices.length + 1; slice <= newest && left > most; slice++) {
            left -= slices[index(slice)];
            if (left <= most) {
                return Instant.ofEpochMilli((slice + slices.length) * sliceMillis);
            }
        }
        return now;
    }

    /** A clock that goes back changes nothing. */
    private void roll(Instant now) {
        long slice = now.toEpochMilli() / sliceMillis;
        long first = Math.max(newest + 1, slice - slices.length + 1);
        for (long each = first; each <= slice; each++) {
            sum -= slices[index(each)];
            slices[index(each)] = 0;
        }
        newest = Math.max(newest, slice);
    }

    private int index(long slice) {
        return (int) Math.floorMod(slice, (long) slices.length);
    }
}
