package dev.millrace.ingress.openai;

import dev.millrace.ingress.Answer;
import dev.millrace.ingress.http.Problems;
import dev.millrace.v1.JobError;
import io.micronaut.http.HttpStatus;

/** The status and the error of a job that was not taken. */
final class Refusals {
    record Refusal(HttpStatus status, JobError error) {}

    static Refusal of(Answer answer) {
        return switch (answer) {
            case Answer.Refused(JobError error) -> new Refusal(HttpStatus.BAD_REQUEST, error);
            case Answer.Conflict(JobError error) -> new Refusal(HttpStatus.CONFLICT, error);
            case Answer.OverBudget(JobError error) ->
                    new Refusal(HttpStatus.PAYMENT_REQUIRED, error);
            case Answer.TooMany(JobError error) -> new Refusal(HttpStatus.TOO_MANY_REQUESTS, error);
            case Answer.Unreachable(boolean perhapsAccepted) ->
                    new Refusal(
                            HttpStatus.SERVICE_UNAVAILABLE, Problems.unreachable(perhapsAccepted));
            case Answer.Taken taken ->
                    throw new IllegalArgumentException("a job that was taken is not refused");
        };
    }

    private Refusals() {}
}
