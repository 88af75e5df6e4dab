package dev.millrace.ingress.http;

import dev.millrace.catalog.Tenant;
import dev.millrace.ingress.IngressFlow;
import dev.millrace.ingress.ServiceState;
import dev.millrace.ingress.check.Sha256;
import dev.millrace.ingress.openai.ApiErrors;
import io.micronaut.http.HttpHeaders;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpStatus;
import io.micronaut.http.MutableHttpResponse;
import io.micronaut.http.annotation.RequestFilter;
import io.micronaut.http.annotation.ServerFilter;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Whoever holds an API key is its tenant. Keys are compared by their hash and appear nowhere. */
@ServerFilter("/v1/**")
public final class ApiKeyFilter {
    public static final String TENANT = "millrace.tenant";
    private static final String SCHEME = "bearer ";
    private static final int MAX_KEY_LENGTH = 512;

    private final IngressFlow flow;
    private final ServiceState state;

    ApiKeyFilter(IngressFlow flow, ServiceState state) {
        this.flow = flow;
        this.state = state;
    }

    /** Lets a tenant's request through; null means "go on". */
    @RequestFilter
    @Nullable MutableHttpResponse<?> authenticate(HttpRequest<?> request) {
        if (!state.isUp(ServiceState.Part.CATALOG)) {
            return speaksOpenAi(request)
                    ? ApiErrors.of(HttpStatus.SERVICE_UNAVAILABLE, Problems.starting())
                    : Problems.later(HttpStatus.SERVICE_UNAVAILABLE, Problems.starting());
        }
        Optional<String> key =
                request.getHeaders()
                        .findFirst(HttpHeaders.AUTHORIZATION)
                        .flatMap(ApiKeyFilter::bearer);
        if (key.isEmpty()) {
            return unauthorized(request, "missing_api_key", "the request has no API key");
        }
        Optional<Tenant> tenant = key.map(Sha256::hex).flatMap(flow::tenantOf);
        if (tenant.isEmpty()) {
            return unauthorized(request, "unknown_api_key", "no tenant has this API key");
        }
        request.setAttribute(TENANT, tenant.get());
        return null;
    }

    private static MutableHttpResponse<?> unauthorized(
            HttpRequest<?> request, String code, String detail) {
        return speaksOpenAi(request)
                ? ApiErrors.of(HttpStatus.UNAUTHORIZED, Problems.unknownKey(code, detail))
                : Problems.unauthorized(code, detail);
    }

    private static boolean speaksOpenAi(HttpRequest<?> request) {
        return ApiErrors.speaksAt(request.getPath());
    }

    private static Optional<String> bearer(String header) {
        boolean bearer =
                header.length() <= MAX_KEY_LENGTH
                        && header.toLowerCase(Locale.ROOT).startsWith(SCHEME);
        return bearer
                ? Optional.of(header.substring(SCHEME.length()).strip())
                        .filter(key -> !key.isEmpty())
                : Optional.empty();
    }
}
