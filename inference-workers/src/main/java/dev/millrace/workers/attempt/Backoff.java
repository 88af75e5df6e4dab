package dev.millrace.workers.attempt;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * Exponential backoff with full jitter: the wait before attempt n+1 is anything between nothing and
 * {@code base * 2^(n-1)}, at most {@code cap}.
 */
public record Backoff(Duration base, Duration cap) {
    /** For attempts at a model. */
    public static final Backoff OF_ATTEMPTS =
            new Backoff(Duration.ofMillis(500), Duration.ofSeconds(30));

    private static final int MAX_DOUBLINGS = 32;

    public Backoff {
        if (!base.isPositive() || cap.compareTo(base) < 0) {
            throw new IllegalArgumentException("a backoff needs 0 < base <= cap");
        }
    }

    /** The longest wait after the given number of failed attempts. */
    public Duration ceiling(int failed) {
        if (failed < 1) {
            throw new IllegalArgumentException("failed=" + failed + " must be at least 1");
        }
        int doublings = Math.min(failed - 1, MAX_DOUBLINGS);
        double millis = Math.scalb((double) base.toMillis(), doublings);
        return millis >= cap.toMillis() ? cap : Duration.ofMillis((long) millis);
    }

    /** A wait by chance, up to {@link #ceiling}, and to the room that there is. */
    public Duration wait(int failed, Duration room, RandomGenerator random) {
        long most = Math.clamp(room.toMillis(), 0, ceiling(failed).toMillis());
        return Duration.ofMillis(random.nextLong(most + 1));
    }

    /**
     * When the next attempt may start: never before what the provider asked for, and early enough
     * that at least half of the time that is left until the deadline is left for it. Empty where
     * the provider asks to wait until the deadline or longer.
     */
    public Optional<Instant> notBefore(
            int failed,
            Optional<Duration> retryAfter,
            Instant now,
            Instant deadline,
            RandomGenerator random) {
        Instant earliest = now.plus(retryAfter.orElse(Duration.ZERO));
        if (retryAfter.isPresent() && !earliest.isBefore(deadline)) {
            return Optional.empty();
        }
        Duration room = Duration.between(earliest, deadline).dividedBy(2);
        return Optional.of(earliest.plus(wait(failed, room, random)));
    }
}
