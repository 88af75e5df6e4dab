package dev.millrace.faults;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * What was counted once everything had settled.
 *
 * @param mayRerun how many re-runs the fault excuses
 * @param recoveryS the longest recovery, seconds
 */
record Evidence(
        long accepted,
        long results,
        long duplicates,
        long lost,
        long reruns,
        long mayRerun,
        long chargedMicros,
        long resultsMicros,
        double recoveryS) {

    /** Each promise that it breaks, in words. */
    List<String> broken(Duration limit) {
        List<String> broken = new ArrayList<>();
        if (accepted == 0) {
            broken.add("no job was accepted, so nothing was tested");
        }
        if (lost > 0) {
            broken.add(lost + " jobs are lost");
        }
        if (duplicates > 0) {
            broken.add(duplicates + " second results");
        }
        if (chargedMicros != resultsMicros) {
            broken.add(
                    "charged are %d micros, the results come to %d"
                            .formatted(chargedMicros, resultsMicros));
        }
        if (reruns > mayRerun) {
            broken.add("%d re-runs, at most %d may be".formatted(reruns, mayRerun));
        }
        if (recoveryS > limit.toSeconds()) {
            broken.add(
                    "recovery took %.1f s, the limit is %d s"
                            .formatted(recoveryS, limit.toSeconds()));
        }
        return broken;
    }

    Row row(String fault, int rounds, boolean pass) {
        return new Row(
                fault,
                rounds,
                accepted,
                results,
                duplicates,
                lost,
                reruns,
                chargedMicros,
                resultsMicros,
                Math.round(recoveryS * 10) / 10.0,
                pass);
    }
}
