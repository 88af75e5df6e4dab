package dev.millrace.workers.endpoint;

import dev.millrace.catalog.ChatServers.KeyLimits;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What this worker may still ask with one key, wherever it is shown. Calls are counted when they
 * are made, tokens when they are known: calls that are under way may take them beyond their limit
 * once. Thread-safe.
 */
final class KeyBudget {
    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final Duration DAY = Duration.ofDays(1);
    private static final int SLICES = 60;

    private final Optional<Limit> callsPerMinute;
    private final Optional<Limit> callsPerDay;
    private final Optional<Limit> tokensPerMinute;
    private final Optional<Limit> tokensPerDay;

    private record Limit(RollingCount count, long most) {
        static Optional<Limit> of(Optional<Long> most, Duration window) {
            return most.map(value -> new Limit(new RollingCount(window, SLICES), value));
        }

        /** When one more fits in. */
        Instant freeAt(Instant now) {
            return count.atMost(most - 1, now);
        }
    }

    KeyBudget(KeyLimits limits) {
        callsPerMinute = Limit.of(limits.callsPerMinute(), MINUTE);
        callsPerDay = Limit.of(limits.callsPerDay(), DAY);
        tokensPerMinute = Limit.of(limits.tokensPerMinute(), MINUTE);
        tokensPerDay = Limit.of(limits.tokensPerDay(), DAY);
    }

    /** When the key may be used again; empty where it may be now. */
    synchronized Optional<Instant> usedUpUntil(Instant now) {
        return Stream.of(callsPerMinute, callsPerDay, tokensPerMinute, tokensPerDay)
                .flatMap(Optional::stream)
                .map(limit -> limit.freeAt(now))
                .filter(now::isBefore)
                .max(Instant::compareTo);
    }

    /** Takes a call, if one is left. */
    synchronized boolean tryCall(Instant now) {
        if (usedUpUntil(now).isPresent()) {
            return false;
        }
        callsPerMinute.ifPresent(limit -> limit.count().add(now, 1));
        callsPerDay.ifPresent(limit -> limit.count().add(now, 1));
        return true;
    }

    /** The call was not made after all. */
    synchronized void giveBack(Instant now) {
        callsPerMinute.ifPresent(limit -> limit.count().add(now, -1));
        callsPerDay.ifPresent(limit -> limit.count().add(now, -1));
    }

    synchronized void spent(long tokens, Instant now) {
        tokensPerMinute.ifPresent(limit -> limit.count().add(now, tokens));
        tokensPerDay.ifPresent(limit -> limit.count().add(now, tokens));
    }
}
