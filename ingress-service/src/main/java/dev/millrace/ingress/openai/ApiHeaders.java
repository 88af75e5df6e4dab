package dev.millrace.ingress.openai;

import io.micronaut.core.annotation.Order;
import io.micronaut.core.order.Ordered;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.MutableHttpResponse;
import io.micronaut.http.annotation.RequestFilter;
import io.micronaut.http.annotation.ResponseFilter;
import io.micronaut.http.annotation.ServerFilter;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/** The headers that clients of that API log: each request's own id, and how long it took here. */
@ServerFilter("/v1/**")
@Order(Ordered.HIGHEST_PRECEDENCE)
final class ApiHeaders {
    private static final String STARTED = "millrace.started";

    @RequestFilter
    void start(HttpRequest<?> request) {
        request.setAttribute(STARTED, System.nanoTime());
    }

    @ResponseFilter
    void name(HttpRequest<?> request, MutableHttpResponse<?> response) {
        if (ApiErrors.speaksAt(request.getPath())) {
            response.header("x-request-id", "req_" + UUID.randomUUID().toString().replace("-", ""));
            response.header("openai-version", "2020-10-01");
            request.getAttribute(STARTED, Long.class)
                    .map(started -> TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - started))
                    .ifPresent(ms -> response.header("openai-processing-ms", Long.toString(ms)));
        }
    }
}
