package dev.millrace.workers.engine;

import java.util.Locale;

/** Whether calls are let through, from good to bad. */
public enum BreakerState {
    /** Calls go through. */
    CLOSED,
    /** A few calls go through, to see whether it works again. */
    HALF_OPEN,
    /** No call goes through. */
    OPEN;

    /** As heartbeats and meters say it. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
