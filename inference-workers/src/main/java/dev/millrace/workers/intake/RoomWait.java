package dev.millrace.workers.intake;

import java.time.Duration;

/**
 * How long it is worth waiting for room in a band that has just become full, before it is paused.
 *
 * <p>Pausing is dear. The client has one fetch at a time under way for each broker; while a band is
 * paused that fetch asks for the other bands alone, and where these are empty it waits at the
 * broker for as long as fetches may. A band that has room again meanwhile gets nothing before. So
 * in a lane that makes room within a moment it is waited for, and in any other lane, whose jobs
 * take their time, the polling thread goes on at once. Not thread-safe.
 */
public final class RoomWait {
    private static final Duration LONGEST = Duration.ofMillis(20);

    private long lastTook;

    /** Zero where it is not worth it. */
    public Duration duration() {
        return lastTook <= LONGEST.toNanos() ? LONGEST : Duration.ZERO;
    }

    /** A band that was full has room again after so long. */
    public void took(long nanos) {
        lastTook = nanos;
    }
}
