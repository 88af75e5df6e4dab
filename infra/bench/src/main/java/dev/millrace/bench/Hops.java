package dev.millrace.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * When each job of one round was where: milliseconds of one clock, {@code NaN} where it was not
 * seen. Joined by the job's index.
 */
final class Hops {
    static final String DUE = "due";
    static final String SEEN = "seen";

    private final List<String> names = new ArrayList<>();
    private final List<double[]> times = new ArrayList<>();

    /**
     * One way from a place to the next.
     *
     * @param millis of every job that was seen at both ends
     */
    record Hop(String name, double[] millis) {
        double mean() {
            return Arrays.stream(millis).average().orElse(Double.NaN);
        }
    }

    /** The next place on the way. */
    Hops then(String place, double[] millis) {
        if (!times.isEmpty() && times.getFirst().length != millis.length) {
            throw new IllegalArgumentException(place + " has another number of jobs");
        }
        names.add(place);
        times.add(millis.clone());
        return this;
    }

    /** From each place to the next, of the jobs that were seen everywhere: so the means add up. */
    List<Hop> hops() {
        int[] complete = complete();
        List<Hop> hops = new ArrayList<>();
        for (int place = 1; place < times.size(); place++) {
            double[] from = times.get(place - 1);
            double[] to = times.get(place);
            hops.add(
                    new Hop(
                            names.get(place - 1) + "_to_" + names.get(place),
                            Arrays.stream(complete)
                                    .mapToDouble(job -> to[job] - from[job])
                                    .toArray()));
        }
        return hops;
    }

    /** The jobs that were seen at every place. */
    int[] complete() {
        int jobs = times.isEmpty() ? 0 : times.getFirst().length;
        return java.util.stream.IntStream.range(0, jobs)
                .filter(job -> times.stream().noneMatch(at -> Double.isNaN(at[job])))
                .toArray();
    }
}
