package dev.millrace.ingress;

import dev.millrace.ingress.jobs.JobView;
import dev.millrace.v1.JobError;

/** What a caller who sent a job is told. */
public sealed interface Answer {

    /** Accepted, or the same job again: the job as it stands. */
    record Taken(JobView job) implements Answer {}

    /** Nothing was accepted, because the job is wrong: the caller must change it. */
    record Refused(JobError error) implements Answer {}

    /** The idempotency key was used with another body. */
    record Conflict(JobError error) implements Answer {}

    /** The tenant's budget is spent. */
    record OverBudget(JobError error) implements Answer {}

    /** The tenant has too many open jobs: later it may be taken. */
    record TooMany(JobError error) implements Answer {}

    /**
     * The pipeline could not be reached.
     *
     * @param perhapsAccepted the job may have been accepted nevertheless: sent again with the same
     *     key it is the same job
     */
    record Unreachable(boolean perhapsAccepted) implements Answer {}
}
