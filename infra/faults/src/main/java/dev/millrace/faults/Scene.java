package dev.millrace.faults;

import java.util.HashSet;
import java.util.Random;
import java.util.Set;

/**
 * Where a fault happens: the stack, what flows through it, and who watches.
 *
 * @param seconds how long what has a length lasts
 * @param random by seed, for this fault alone
 */
record Scene(
        FaultStack stack,
        Traffic traffic,
        ResultWatch watch,
        CallBook calls,
        Cluster cluster,
        LedgerRows rows,
        int seconds,
        Random random,
        Progress progress) {

    /** Jobs that were accepted and have not ended. */
    Set<String> open() {
        Set<String> open = new HashSet<>();
        for (String mark : traffic.accepted()) {
            if (!watch.hasResult(mark)) {
                open.add(mark);
            }
        }
        return open;
    }

    /** How many were accepted and have not ended. */
    int openCount() {
        return traffic.accepted().size() - watch.ended();
    }

    /** Job ids that ended and have no usage yet. */
    Set<String> unbilled() {
        Set<String> unbilled = new HashSet<>();
        watch.results().values().stream()
                .map(ResultWatch.Ended::jobId)
                .filter(id -> !watch.isBilled(id))
                .forEach(unbilled::add);
        return unbilled;
    }

    /** A strike that happens now. */
    Strike now() {
        return new Strike(
                System.nanoTime(),
                open(),
                watch.resultsInTheLastSecond(),
                unbilled(),
                watch.billed());
    }
}
