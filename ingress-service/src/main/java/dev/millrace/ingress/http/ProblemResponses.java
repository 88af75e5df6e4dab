package dev.millrace.ingress.http;

import dev.millrace.ingress.IngressSettings;
import dev.millrace.ingress.openai.ApiErrors;
import dev.millrace.v1.JobError;
import io.micronaut.context.annotation.Replaces;
import io.micronaut.http.HttpStatus;
import io.micronaut.http.MediaType;
import io.micronaut.http.MutableHttpResponse;
import io.micronaut.http.server.exceptions.response.ErrorContext;
import io.micronaut.http.server.exceptions.response.ErrorResponseProcessor;
import jakarta.inject.Singleton;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The server's own errors (no such path, wrong method, body too large, ...) in the same form as the
 * service's at that path.
 */
@Singleton
@Replaces(ErrorResponseProcessor.class)
final class ProblemResponses implements ErrorResponseProcessor<Object> {
    private static final Logger LOG = LoggerFactory.getLogger(ProblemResponses.class);
    private final IngressSettings settings;

    ProblemResponses(IngressSettings settings) {
        this.settings = settings;
    }

    @Override
    public MutableHttpResponse<Object> processResponse(
            ErrorContext context, MutableHttpResponse<?> response) {
        HttpStatus status = HttpStatus.valueOf(response.code());
        if (status.getCode() >= 500) {
            LOG.error(
                    "request=failed method={} path={} status={} error={}",
                    context.getRequest().getMethodName(),
                    context.getRequest().getPath(),
                    status.getCode(),
                    context.getRootCause().map(cause -> cause.getClass().getName()).orElse("none"));
        }
        return ApiErrors.speaksAt(context.getRequest().getPath())
                ? response.contentType(MediaType.APPLICATION_JSON_TYPE)
                        .body(ApiErrors.body(status, error(status)).toString())
                : response.contentType(Problem.MEDIA_TYPE).body(Problem.of(status, error(status)));
    }

    private JobError error(HttpStatus status) {
        return switch (status) {
            case NOT_FOUND ->
                    new JobError("not_found", null, null, "there is nothing at this path");
            case METHOD_NOT_ALLOWED ->
                    new JobError(
                            "method_not_allowed", null, null, "the path does not take this method");
            case UNSUPPORTED_MEDIA_TYPE ->
                    new JobError(
                            "unsupported_media_type",
                            "Content-Type",
                            "application/json",
                            "the body is not declared as JSON");
            case NOT_ACCEPTABLE ->
                    new JobError(
                            "not_acceptable",
                            "Accept",
                            "application/json",
                            "the answer is always JSON");
            case REQUEST_ENTITY_TOO_LARGE ->
                    new JobError(
                            "body_too_large",
                            null,
                            settings.maxBodyBytes() + " bytes",
                            "the body is larger than that");
            default ->
                    status.getCode() >= 500
                            ? new JobError(
                                    "internal_error",
                                    null,
                                    null,
                                    "the service failed at this request")
                            : new JobError(
                                    "bad_request", null, null, "the request cannot be understood");
        };
    }
}
