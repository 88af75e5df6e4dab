package dev.millrace.classifier.job;

import org.jspecify.annotations.Nullable;

/** A tenant's open jobs and the tokens they were predicted to need. */
public record TenantLoad(long jobs, long tokens) {
    public static final TenantLoad NONE = new TenantLoad(0, 0);

    /** The load after one of the tenant's jobs went from one state to another; null is unknown. */
    public TenantLoad after(@Nullable Job from, @Nullable Job to) {
        return new TenantLoad(
                Math.max(0, jobs + open(to) - open(from)),
                Math.max(0, tokens + predicted(to) - predicted(from)));
    }

    private static int open(@Nullable Job job) {
        return job instanceof Job.Open ? 1 : 0;
    }

    private static long predicted(@Nullable Job job) {
        return job instanceof Job.Open open ? open.attempt().predictedTokens() : 0;
    }
}
