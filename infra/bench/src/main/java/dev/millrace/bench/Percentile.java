package dev.millrace.bench;

import java.util.Arrays;

/** Percentiles by nearest rank: always a value that was measured, never one in between. */
final class Percentile {

    /**
     * The smallest value that at least {@code percent} of all values do not exceed.
     *
     * @param values in any order, at least one
     * @param percent above 0, at most 100
     */
    static double of(double[] values, double percent) {
        if (values.length == 0 || !(percent > 0 && percent <= 100)) {
            throw new IllegalArgumentException(
                    "percentile " + percent + " of " + values.length + " values");
        }
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int rank = (int) Math.ceil(percent / 100 * sorted.length);
        return sorted[Math.max(1, rank) - 1];
    }

    static double median(double[] values) {
        return of(values, 50);
    }

    private Percentile() {}
}
