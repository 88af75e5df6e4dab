package dev.millrace.ingress;

import dev.millrace.ingress.jobs.JobView;

/** What a caller who wants no more of a job is told. */
public sealed interface CancelAnswer {

    /** It is being cancelled; it may still have ended by itself just before. */
    record Asked(JobView job) implements CancelAnswer {}

    /** It had ended before: as it ended. */
    record Ended(JobView job) implements CancelAnswer {}

    /** The tenant has no such job. */
    record Unknown() implements CancelAnswer {}

    /** The pipeline is out of reach: ask again. */
    record Unreachable() implements CancelAnswer {}
}
