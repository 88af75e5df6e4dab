package dev.millrace.bench;

import java.time.Duration;

/**
 * When each job of a steady load is due. The times are fixed before the first job is sent and never
 * wait for an answer: a stalled pipeline is charged with the jobs that would have come meanwhile.
 *
 * @param rate jobs a second
 */
record Schedule(int jobs, int rate) {
    private static final long SECOND = Duration.ofSeconds(1).toNanos();

    Schedule {
        if (jobs < 1 || rate < 1) {
            throw new IllegalArgumentException("jobs=" + jobs + " rate=" + rate);
        }
    }

    static Schedule lasting(int seconds, int rate) {
        return new Schedule(Math.multiplyExact(seconds, rate), rate);
    }

    /** Nanoseconds after the start; computed from the start each time, so that nothing drifts. */
    long dueAfter(int job) {
        return job * SECOND / rate;
    }

    Duration length() {
        return Duration.ofNanos(dueAfter(jobs));
    }
}
