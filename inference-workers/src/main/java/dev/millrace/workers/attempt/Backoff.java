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

    /** A wait by chance, up to {@link #ceiling}. */
    public Duration wait(int failed, RandomGenerator random) {
        return Duration.ofMillis(random.nextLong(ceiling(failed).toMillis() + 1));
    }

    /** When the next attempt may start: never before what the provider asked for. */
    public Instant notBefore(
            int failed, Optional<Duration> retryAfter, Instant now, RandomGenerator random) {
        return now.plus(retryAfter.orElse(Duration.ZERO)).plus(wait(failed, random));
    }
}
