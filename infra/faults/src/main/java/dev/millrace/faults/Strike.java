package dev.millrace.faults;

import java.util.Set;

/**
 * A fault that struck.
 *
 * @param nanos when, or when what it took away was given back
 * @param open marks of the jobs that it met on their way
 * @param justEnded how many jobs ended in the second before: a worker may not have committed them
 * @param unbilled ids of the ended jobs that the ledger had not billed
 * @param billed how many jobs the ledger had billed
 */
record Strike(long nanos, Set<String> open, int justEnded, Set<String> unbilled, int billed) {
    Strike {
        open = Set.copyOf(open);
        unbilled = Set.copyOf(unbilled);
    }

    /** The same, but what it took away is given back now. */
    Strike overNow() {
        return new Strike(System.nanoTime(), open, justEnded, unbilled, billed);
    }
}
