package dev.millrace.dispatcher.policy;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * When a failed delivery is tried again: after {@code first}, then {@code factor} times as long
 * each time, never longer than {@code longest}, each pause a fifth shorter or longer by chance, so
 * that what failed together does not come back together. An endpoint's Retry-After makes a pause
 * longer, up to {@code longest}.
 *
 * @param attempts all of them, the first included; the standard and our own promise ask for five or
 *     more
 */
public record RetrySchedule(int attempts, Duration first, int factor, Duration longest) {
    private static final int LEAST_ATTEMPTS = 5;
    private static final int GONE = 410;

    public RetrySchedule {
        if (attempts < LEAST_ATTEMPTS || attempts > 100) {
            throw new IllegalArgumentException("dispatcher.attempts is 5 to 100");
        }
        if (first.compareTo(Duration.ofMillis(1)) < 0 || first.compareTo(longest) > 0) {
            throw new IllegalArgumentException(
                    "dispatcher.first-retry is 1 ms to dispatcher.longest-retry");
        }
        if (factor < 1 || factor > 10) {
            throw new IllegalArgumentException("dispatcher.retry-factor is 1 to 10");
        }
        if (longest.compareTo(Duration.ofDays(1)) > 0) {
            throw new IllegalArgumentException("dispatcher.longest-retry is at most 1 day");
        }
    }

    /**
     * Decides.
     *
     * @param attempt the number of the attempt that this came of; 1 is the first
     * @param now when it ended
     */
    public NextStep after(
            int attempt, AttemptOutcome outcome, Instant now, RandomGenerator random) {
        return switch (outcome) {
            case AttemptOutcome.Answered(int status, Optional<Duration> asked) ->
                    answered(attempt, status, asked.orElse(Duration.ZERO), now, random);
            case AttemptOutcome.Failed(String error) -> failed(attempt, Duration.ZERO, now, random);
            case AttemptOutcome.Refused(String error) -> new NextStep.Exhausted("refused");
        };
    }

    private NextStep answered(
            int attempt, int status, Duration asked, Instant now, RandomGenerator random) {
        if (status >= 200 && status <= 299) {
            return new NextStep.Delivered();
        }
        if (status == GONE) {
            return new NextStep.Exhausted("gone");
        }
        return failed(attempt, asked, now, random);
    }

    private NextStep failed(int attempt, Duration asked, Instant now, RandomGenerator random) {
        if (attempt >= attempts) {
            return new NextStep.Exhausted("attempts");
        }
        Duration pause = pause(attempt, random);
        Duration wanted = asked.compareTo(longest) > 0 ? longest : asked;
        return new NextStep.Retry(now.plus(wanted.compareTo(pause) > 0 ? wanted : pause));
    }

    /** The pause behind a failed attempt: 80 to 120 per cent of its step, whole milliseconds. */
    Duration pause(int attempt, RandomGenerator random) {
        long step = first.toMillis();
        for (int i = 1; i < attempt && step < longest.toMillis(); i++) {
            step *= factor;
        }
        long bounded = Math.min(step, longest.toMillis());
        return Duration.ofMillis(Math.max(1, bounded * (800 + random.nextInt(401)) / 1000));
    }
}
