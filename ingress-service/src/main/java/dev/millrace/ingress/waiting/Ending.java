package dev.millrace.ingress.waiting;

import dev.millrace.ingress.Answer;
import dev.millrace.ingress.jobs.JobView;

/** What a caller's wait came to. */
public sealed interface Ending {

    /** The job has ended, well or not. */
    record Result(JobView job) implements Ending {}

    /** Admission turned the submission away after all. */
    record Turned(Answer answer) implements Ending {}

    /** The caller has waited as long as it may; the job goes on. */
    record StillOpen() implements Ending {}
}
