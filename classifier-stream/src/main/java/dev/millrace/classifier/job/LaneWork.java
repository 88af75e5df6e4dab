package dev.millrace.classifier.job;

import dev.millrace.v1.Band;

/**
 * Open jobs in one lane and the tokens they were predicted to need.
 *
 * @param priorityJobs those of them that stand before overflow
 */
public record LaneWork(long jobs, long tokens, long priorityJobs, long priorityTokens) {
    public static final LaneWork NONE = new LaneWork(0, 0, 0, 0);

    public LaneWork plus(Attempt attempt) {
        return changed(attempt, 1);
    }

    public LaneWork minus(Attempt attempt) {
        return changed(attempt, -1);
    }

    public LaneWork plus(LaneWork other) {
        return new LaneWork(
                jobs + other.jobs,
                tokens + other.tokens,
                priorityJobs + other.priorityJobs,
                priorityTokens + other.priorityTokens);
    }

    private LaneWork changed(Attempt attempt, int by) {
        long work = by * attempt.predictedTokens();
        boolean priority = attempt.band() != Band.OVERFLOW;
        return new LaneWork(
                Math.max(0, jobs + by),
                Math.max(0, tokens + work),
                Math.max(0, priorityJobs + (priority ? by : 0)),
                Math.max(0, priorityTokens + (priority ? work : 0)));
    }
}
