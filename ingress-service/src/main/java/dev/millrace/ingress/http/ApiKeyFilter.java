package dev.millrace.ingress.http;

import dev.millrace.catalog.Tenant;
import dev.millrace.ingress.IngressFlow;
import dev.millrace.ingress.ServiceState;
import dev.millrace.ingress.check.Sha256;
import dev.millrace.ingress.keys.IssuedKey;
import dev.millrace.ingress.keys.IssuedKeys;
import dev.millrace.ingress.keys.KeyRing;
import dev.millrace.ingress.keys.KeyText;
import dev.millrace.ingress.keys.Scope;
import dev.millrace.ingress.openai.ApiErrors;
import dev.millrace.v1.JobError;
import io.micronaut.http.HttpHeaders;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpStatus;
import io.micronaut.http.MutableHttpResponse;
import io.micronaut.http.annotation.RequestFilter;
import io.micronaut.http.annotation.ServerFilter;
import io.micronaut.scheduling.TaskExecutors;
import jakarta.inject.Named;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;

/**
 * Whoever holds an API key is its tenant. A key stands in the catalog, and may do everything, or
 * was made by its tenant, and may do what its scopes say. Keys are compared by their hash and
 * appear nowhere.
 */
@ServerFilter("/v1/**")
public final class ApiKeyFilter {
    public static final String TENANT = "millrace.tenant";
    private static final String SCHEME = "bearer ";
    private static final int MAX_KEY_LENGTH = 512;

    private final IngressFlow flow;
    private final ServiceState state;
    private final KeyRing ring;
    private final ExecutorService threads;

    ApiKeyFilter(
            IngressFlow flow,
            ServiceState state,
            KeyRing ring,
            @Named(TaskExecutors.BLOCKING) ExecutorService threads) {
        this.flow = flow;
        this.state = state;
        this.ring = ring;
        this.threads = threads;
    }

    /** Lets a tenant's request through; empty means "go on". Only a new key costs a thread. */
    @RequestFilter
    CompletableFuture<Optional<MutableHttpResponse<?>>> authenticate(HttpRequest<?> request) {
        if (!state.isUp(ServiceState.Part.CATALOG)) {
            return now(refusal(request, HttpStatus.SERVICE_UNAVAILABLE, Problems.starting()));
        }
        Optional<String> key =
                request.getHeaders()
                        .findFirst(HttpHeaders.AUTHORIZATION)
                        .flatMap(ApiKeyFilter::bearer);
        if (key.isEmpty()) {
            return now(unauthorized(request, "missing_api_key", "the request has no API key"));
        }
        String hash = Sha256.hex(key.get());
        Optional<Tenant> tenant = flow.tenantOf(hash);
        if (tenant.isPresent()) {
            return now(admit(request, tenant.get(), Scope.ALL));
        }
        if (!KeyText.isSound(key.get())) {
            return now(unknown(request));
        }
        Optional<IssuedKey> known = ring.remembered(hash);
        return known != null
                ? now(admit(request, known))
                : CompletableFuture.supplyAsync(() -> ask(request, hash), threads);
    }

    private Optional<MutableHttpResponse<?>> ask(HttpRequest<?> request, String hash) {
        try {
            return admit(request, ring.find(hash));
        } catch (IssuedKeys.UnavailableException e) {
            return refusal(request, HttpStatus.SERVICE_UNAVAILABLE, Problems.databaseDown());
        }
    }

    /** The key's tenant must be in the catalog still. */
    private Optional<MutableHttpResponse<?>> admit(
            HttpRequest<?> request, Optional<IssuedKey> key) {
        Optional<Tenant> tenant = key.map(IssuedKey::tenant).flatMap(flow::tenantNamed);
        return key.isPresent() && tenant.isPresent()
                ? admit(request, tenant.get(), key.get().scopes())
                : unknown(request);
    }

    private static Optional<MutableHttpResponse<?>> admit(
            HttpRequest<?> request, Tenant tenant, Set<Scope> scopes) {
        Scope needed = Scope.of(request.getMethodName(), request.getPath());
        if (!scopes.contains(needed)) {
            return refusal(request, HttpStatus.FORBIDDEN, Problems.scopeMissing(needed));
        }
        request.setAttribute(TENANT, tenant);
        return Optional.empty();
    }

    private static Optional<MutableHttpResponse<?>> unknown(HttpRequest<?> request) {
        return unauthorized(request, "unknown_api_key", "no tenant has this API key");
    }

    private static Optional<MutableHttpResponse<?>> unauthorized(
            HttpRequest<?> request, String code, String detail) {
        return Optional.of(
                ApiErrors.speaksAt(request.getPath())
                        ? ApiErrors.of(HttpStatus.UNAUTHORIZED, Problems.unknownKey(code, detail))
                        : Problems.unauthorized(code, detail));
    }

    private static Optional<MutableHttpResponse<?>> refusal(
            HttpRequest<?> request, HttpStatus status, JobError error) {
        if (ApiErrors.speaksAt(request.getPath())) {
            return Optional.of(ApiErrors.of(status, error));
        }
        return Optional.of(
                status == HttpStatus.SERVICE_UNAVAILABLE
                        ? Problems.later(status, error)
                        : Problems.of(status, error));
    }

    private static CompletableFuture<Optional<MutableHttpResponse<?>>> now(
            Optional<MutableHttpResponse<?>> answer) {
        return CompletableFuture.completedFuture(answer);
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
