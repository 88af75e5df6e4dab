package dev.millrace.ingress.openai;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.ingress.jobs.JobView;
import dev.millrace.v1.JobError;
import io.micronaut.http.HttpHeaders;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.HttpStatus;
import io.micronaut.http.MediaType;
import io.micronaut.http.MutableHttpResponse;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Errors as that API writes them: {@code {"error": {message, type, param, code}}}. The codes are
 * those of the Jobs API but for the few that clients of that API decide by.
 */
public final class ApiErrors {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    /** The SDKs try again on most statuses; a new request would be a new job. */
    private static final String SHOULD_RETRY = "x-should-retry";

    private static final String RETRY_SECONDS = "1";
    private static final List<String> PATHS =
            List.of(
                    "/v1/chat/",
                    "/v1/models",
                    "/v1/responses",
                    "/v1/embeddings",
                    "/v1/completions",
                    "/v1/files",
                    "/v1/batches");

    /** Whether whoever asks at this path expects that API. */
    public static boolean speaksAt(String path) {
        return PATHS.stream().anyMatch(path::startsWith);
    }

    /** The error under the status that this API gives it here. */
    public static MutableHttpResponse<String> of(HttpStatus status, JobError error) {
        HttpStatus named = status(status, error.getCode());
        MutableHttpResponse<String> response =
                HttpResponse.<String>status(named)
                        .contentType(MediaType.APPLICATION_JSON_TYPE)
                        .body(body(named, error).toString());
        if (named == HttpStatus.UNAUTHORIZED) {
            response.header(HttpHeaders.WWW_AUTHENTICATE, "Bearer realm=\"millrace\"");
        }
        if (status == HttpStatus.PAYMENT_REQUIRED || status == HttpStatus.CONFLICT) {
            response.header(SHOULD_RETRY, "false");
        } else if (named == HttpStatus.TOO_MANY_REQUESTS
                || named == HttpStatus.SERVICE_UNAVAILABLE) {
            response.header(HttpHeaders.RETRY_AFTER, RETRY_SECONDS);
        }
        return response;
    }

    /** A job that ended without success. Asking again would be another job. */
    static MutableHttpResponse<String> of(JobView job) {
        return of(statusOf(job), errorOf(job)).header(SHOULD_RETRY, "false");
    }

    /** The job goes on, but this caller has waited long enough. */
    static MutableHttpResponse<String> stillOpen(String jobId) {
        return of(HttpStatus.GATEWAY_TIMEOUT, stillOpenError(jobId)).header(SHOULD_RETRY, "false");
    }

    static JobError stillOpenError(String jobId) {
        return new JobError(
                "wait_limit",
                null,
                null,
                "the job has not ended yet and goes on: its result will be at /v1/jobs/" + jobId);
    }

    static JobError errorOf(JobView job) {
        JobView.Fault fault = job.error();
        return fault == null
                ? new JobError(job.status(), null, null, "the job ended as " + job.status())
                : new JobError(fault.code(), fault.field(), fault.limit(), fault.detail());
    }

    static HttpStatus statusOf(JobView job) {
        return switch (job.status()) {
            case "rejected" -> HttpStatus.BAD_REQUEST;
            case "expired" -> HttpStatus.GATEWAY_TIMEOUT;
            case "cancelled" -> HttpStatus.CONFLICT;
            default -> HttpStatus.INTERNAL_SERVER_ERROR;
        };
    }

    /** The object under {@code error}, also as a stream's last event. */
    public static ObjectNode body(HttpStatus status, JobError error) {
        ObjectNode body = JSON.objectNode();
        body.putObject("error")
                .put("message", message(error))
                .put("type", type(status, error.getCode()))
                .put("param", error.getField().orElse(null))
                .put("code", code(error.getCode()));
        return body;
    }

    private static String message(JobError error) {
        Optional<String> limit = error.getLimit();
        String detail = error.getDetail().isEmpty() ? error.getCode() : error.getDetail();
        return limit.isPresent() ? detail + " (allowed: " + limit.get() + ")" : detail;
    }

    private static HttpStatus status(HttpStatus status, @Nullable String code) {
        if ("unknown_model".equals(code)) {
            return HttpStatus.NOT_FOUND;
        }
        return status == HttpStatus.PAYMENT_REQUIRED ? HttpStatus.TOO_MANY_REQUESTS : status;
    }

    private static String type(HttpStatus status, String code) {
        if (code.equals("over_budget")) {
            return "insufficient_quota";
        }
        return switch (status) {
            case TOO_MANY_REQUESTS -> "rate_limit_error";
            case GATEWAY_TIMEOUT -> "timeout_error";
            case FORBIDDEN -> "permission_error";
            default -> status.getCode() >= 500 ? "server_error" : "invalid_request_error";
        };
    }

    private static String code(String code) {
        return switch (code) {
            case "unknown_model" -> "model_not_found";
            case "unknown_api_key", "missing_api_key" -> "invalid_api_key";
            case "over_budget" -> "insufficient_quota";
            case "too_many_outstanding" -> "rate_limit_exceeded";
            default -> code;
        };
    }

    private ApiErrors() {}
}
