package dev.millrace.local.supervise;

import java.time.Duration;

/**
 * How long a service that died waits before it is started again: doubling, and forgotten after it
 * ran well.
 */
record RestartBackoff(Duration first, Duration longest, Duration ranWell) {
    static final RestartBackoff DEFAULT =
            new RestartBackoff(
                    Duration.ofMillis(250), Duration.ofSeconds(15), Duration.ofSeconds(30));

    RestartBackoff {
        if (first.isNegative() || first.isZero() || longest.compareTo(first) < 0) {
            throw new IllegalArgumentException("0 < first <= longest");
        }
    }

    /**
     * The wait before the next start.
     *
     * @param failures starts in a row that did not run well, this one included; at least 1
     */
    Duration before(int failures) {
        int doublings = Math.min(Math.max(0, failures - 1), 20);
        Duration wait = first.multipliedBy(1L << doublings);
        return wait.compareTo(longest) > 0 ? longest : wait;
    }

    /** The number of failures in a row after a process lived so long. */
    int failuresAfter(int failures, Duration lived) {
        return lived.compareTo(ranWell) >= 0 ? 1 : failures + 1;
    }
}
