package dev.millrace.faults;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;

/**
 * What one fault came to.
 *
 * @param accepted jobs whose record the broker has acknowledged
 * @param results jobs that have ended
 * @param duplicates results beyond one for a job
 * @param lost accepted jobs without a result
 * @param reruns model calls beyond one for an attempt
 * @param recoveryS the longest time from a strike, or from the end of an outage, until jobs flowed
 *     as before and those it had met were done; seconds
 */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
record Row(
        String fault,
        int rounds,
        long accepted,
        long results,
        long duplicates,
        long lost,
        long reruns,
        long chargedMicros,
        long resultsMicros,
        double recoveryS,
        boolean pass) {

    static String heading() {
        return "%-18s %6s %9s %9s %5s %5s %7s %14s %14s %10s  %s"
                .formatted(
                        "fault",
                        "rounds",
                        "accepted",
                        "results",
                        "twice",
                        "lost",
                        "reruns",
                        "charged",
                        "results' sum",
                        "recovery s",
                        "pass");
    }

    String line() {
        return "%-18s %6d %9d %9d %5d %5d %7d %14d %14d %10.1f  %s"
                .formatted(
                        fault,
                        rounds,
                        accepted,
                        results,
                        duplicates,
                        lost,
                        reruns,
                        chargedMicros,
                        resultsMicros,
                        recoveryS,
                        pass ? "yes" : "NO");
    }
}
