package dev.millrace.ingress.http;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.millrace.v1.JobError;
import io.micronaut.http.HttpStatus;
import io.micronaut.serde.annotation.Serdeable;
import org.jspecify.annotations.Nullable;

/**
 * An error as {@code application/problem+json} (RFC 9457).
 *
 * @param code what a program decides by: stable
 * @param field a path into the request, or null
 * @param limit what would have been allowed, or null
 */
@Serdeable
@JsonInclude(JsonInclude.Include.ALWAYS)
record Problem(
        String type,
        String title,
        int status,
        String code,
        @Nullable String field,
        @Nullable String limit,
        String detail) {
    static final String MEDIA_TYPE = "application/problem+json";

    static Problem of(HttpStatus status, JobError error) {
        return new Problem(
                "urn:millrace:problem:" + error.getCode(),
                status.getReason(),
                status.getCode(),
                error.getCode(),
                error.getField().orElse(null),
                error.getLimit().orElse(null),
                error.getDetail());
    }
}
