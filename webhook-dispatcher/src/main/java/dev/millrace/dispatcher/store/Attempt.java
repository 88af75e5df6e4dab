package dev.millrace.dispatcher.store;

import dev.millrace.dispatcher.policy.AttemptOutcome;
import java.time.Duration;
import java.time.Instant;

/** One attempt as it is recorded. */
public record Attempt(Instant startedAt, Instant endedAt, AttemptOutcome outcome) {

    /** Never negative, also when the clock was set back meanwhile. */
    public Duration duration() {
        Duration taken = Duration.between(startedAt, endedAt);
        return taken.isNegative() ? Duration.ZERO : taken;
    }
}
