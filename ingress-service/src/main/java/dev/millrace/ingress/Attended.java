package dev.millrace.ingress;

import dev.millrace.ingress.waiting.JobWait;

/** What came of a job whose caller wants to wait for its end. */
public sealed interface Attended {

    /** The job is in the pipeline; the caller must end the wait where it goes away. */
    record Waiting(JobWait job) implements Attended {}

    /** Nothing to wait for: what the caller is told instead. Never {@link Answer.Taken}. */
    record Turned(Answer answer) implements Attended {}

    /** Too many callers wait already; nothing was sent. */
    record Full() implements Attended {}
}
