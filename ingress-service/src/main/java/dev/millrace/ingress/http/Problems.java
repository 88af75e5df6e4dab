package dev.millrace.ingress.http;

import dev.millrace.ingress.keys.Scope;
import dev.millrace.v1.JobError;
import io.micronaut.http.HttpHeaders;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.HttpStatus;
import io.micronaut.http.MutableHttpResponse;

/** The service's own problems, with the headers that belong to them. */
public final class Problems {
    static final String RETRY_SECONDS = "1";

    static MutableHttpResponse<Problem> of(HttpStatus status, JobError error) {
        return HttpResponse.<Problem>status(status)
                .contentType(Problem.MEDIA_TYPE)
                .body(Problem.of(status, error));
    }

    /** 401: says how to authenticate. */
    static MutableHttpResponse<Problem> unauthorized(String code, String detail) {
        return of(HttpStatus.UNAUTHORIZED, unknownKey(code, detail))
                .header(HttpHeaders.WWW_AUTHENTICATE, "Bearer realm=\"millrace\"");
    }

    /** 503 and its like: the same request may succeed soon. */
    static MutableHttpResponse<Problem> later(HttpStatus status, JobError error) {
        return of(status, error).header(HttpHeaders.RETRY_AFTER, RETRY_SECONDS);
    }

    public static JobError unknownKey(String code, String detail) {
        return new JobError(code, "Authorization", "Bearer API_KEY", detail);
    }

    static JobError scopeMissing(Scope needed) {
        return new JobError(
                "insufficient_scope",
                "Authorization",
                "a key with the scope " + needed.word(),
                "this key may not do that");
    }

    public static JobError notFound() {
        return new JobError("job_not_found", "id", null, "the tenant has no job with this id");
    }

    public static JobError unreachable(boolean perhapsAccepted) {
        return new JobError(
                "pipeline_unavailable",
                null,
                null,
                perhapsAccepted
                        ? "the pipeline did not confirm the job: send it again with the same"
                                + " Idempotency-Key, which makes it one job"
                        : "the pipeline is out of reach; nothing was accepted");
    }

    public static JobError cancelUnconfirmed() {
        return new JobError(
                "pipeline_unavailable",
                null,
                null,
                "the pipeline did not confirm the cancellation: ask again, which does no harm");
    }

    public static JobError starting() {
        return new JobError("starting", null, null, "the service has not read its catalog yet");
    }

    public static JobError busy() {
        return new JobError("busy", null, null, "too many jobs are being accepted at once");
    }

    public static JobError databaseDown() {
        return new JobError(
                "database_unavailable", null, null, "the jobs' states cannot be read now");
    }

    private Problems() {}
}
