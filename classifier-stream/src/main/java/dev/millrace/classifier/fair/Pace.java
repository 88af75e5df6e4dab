package dev.millrace.classifier.fair;

import java.util.OptionalDouble;

/**
 * How long a lane's slot takes for each predicted token: the ratio of two moving averages, so that
 * long jobs count for what they are.
 *
 * @param millis average model time of an attempt
 * @param tokens average prediction
 */
record Pace(double millis, double tokens) {
    /** Of each new attempt: the last hundred or so make the average. */
    private static final double WEIGHT = 1.0 / 64;

    static Pace first(long tokens, long millis) {
        return new Pace(millis, tokens);
    }

    Pace and(long moreTokens, long moreMillis) {
        return new Pace(
                millis + WEIGHT * (moreMillis - millis), tokens + WEIGHT * (moreTokens - tokens));
    }

    /** Empty for a lane that takes no time at all. */
    OptionalDouble millisPerToken() {
        return millis > 0 && tokens > 0
                ? OptionalDouble.of(millis / tokens)
                : OptionalDouble.empty();
    }
}
