package dev.millrace.ingress.check;

import dev.millrace.v1.JobError;
import dev.millrace.v1.Submission;

/** What the checks make of a job. */
public sealed interface Checked {

    /** Fit to be sent; the job carries its tenant's name, whatever the record said. */
    record Accepted(Submission submission) implements Checked {}

    /** Not fit: the first thing that is wrong with it. */
    record Refused(JobError error) implements Checked {}
}
