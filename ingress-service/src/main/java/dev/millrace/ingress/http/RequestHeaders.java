package dev.millrace.ingress.http;

import dev.millrace.ingress.http.JobBody.BadBodyException;
import dev.millrace.kit.telemetry.TraceContext;
import dev.millrace.v1.JobError;
import io.micronaut.http.HttpHeaders;
import java.util.List;
import java.util.Optional;

/** What a request's headers say about its job. */
public final class RequestHeaders {

    /**
     * One header of printable ASCII: what other characters a header's bytes mean is nowhere agreed
     * upon.
     *
     * @throws BadBodyException where there are several, or other characters
     */
    public static Optional<String> idempotencyKey(HttpHeaders headers) throws BadBodyException {
        List<String> keys = headers.getAll("Idempotency-Key");
        boolean legal =
                keys.size() <= 1
                        && keys.stream()
                                .flatMapToInt(String::chars)
                                .allMatch(c -> c >= ' ' && c <= '~');
        if (!legal) {
            throw new BadBodyException(
                    new JobError(
                            "invalid_idempotency_key",
                            "idempotency_key",
                            "one Idempotency-Key header of printable ASCII characters",
                            "the request has several, or other characters in it"));
        }
        return keys.stream().findFirst();
    }

    public static TraceContext trace(HttpHeaders headers) {
        return new TraceContext(
                headers.findFirst(TraceContext.PARENT), headers.findFirst(TraceContext.STATE));
    }

    private RequestHeaders() {}
}
