package dev.millrace.classifier.job;

import dev.millrace.v1.JobError;
import dev.millrace.v1.Outcome;
import dev.millrace.v1.ResultStatus;
import dev.millrace.v1.Succeeded;
import java.util.Optional;

/**
 * How a job ends.
 *
 * @param answer what the model said, where it succeeded
 * @param error why it did not
 * @param outcome of the attempt that ended the job, where one did
 */
public record Terminal(
        ResultStatus status,
        Optional<Succeeded> answer,
        Optional<JobError> error,
        Optional<Outcome> outcome) {

    public static Terminal succeeded(Succeeded answer, Outcome outcome) {
        return new Terminal(
                ResultStatus.SUCCEEDED,
                Optional.of(answer),
                Optional.empty(),
                Optional.of(outcome));
    }

    public static Terminal failed(JobError error, Outcome outcome) {
        return new Terminal(
                ResultStatus.FAILED, Optional.empty(), Optional.of(error), Optional.of(outcome));
    }

    /** An end that no attempt's outcome brought. */
    public static Terminal without(ResultStatus status, JobError error) {
        return new Terminal(status, Optional.empty(), Optional.of(error), Optional.empty());
    }

    public static Terminal cancelled(JobError error, Outcome outcome) {
        return new Terminal(
                ResultStatus.CANCELLED, Optional.empty(), Optional.of(error), Optional.of(outcome));
    }
}
