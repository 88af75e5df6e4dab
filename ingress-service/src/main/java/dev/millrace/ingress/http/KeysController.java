package dev.millrace.ingress.http;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.millrace.catalog.Tenant;
import dev.millrace.ingress.check.Sha256;
import dev.millrace.ingress.http.JobBody.BadBodyException;
import dev.millrace.ingress.keys.IssuedKey;
import dev.millrace.ingress.keys.IssuedKeys;
import dev.millrace.ingress.keys.KeyRing;
import dev.millrace.ingress.keys.KeyText;
import dev.millrace.ingress.keys.Scope;
import dev.millrace.v1.JobError;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.HttpStatus;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Delete;
import io.micronaut.http.annotation.Error;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.PathVariable;
import io.micronaut.http.annotation.Post;
import io.micronaut.http.annotation.RequestAttribute;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.micronaut.serde.annotation.Serdeable;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A tenant's own API keys. A key is shown once, when it is made. */
@Controller("/v1/keys")
@ExecuteOn(TaskExecutors.BLOCKING)
final class KeysController {
    private static final int MAX_LABEL = 100;
    private final IssuedKeys keys;
    private final KeyRing ring;
    private final Clock clock;
    private final SecureRandom random = new SecureRandom();

    KeysController(IssuedKeys keys, KeyRing ring, Clock clock) {
        this.keys = keys;
        this.ring = ring;
        this.clock = clock;
    }

    /**
     * A key as its owner sees it.
     *
     * @param key the key itself: only where it was just made
     */
    @Serdeable
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record KeyView(
            String id,
            @Nullable String key,
            String label,
            List<String> scopes,
            @JsonProperty("created_at") Instant createdAt,
            @JsonProperty("last_used_at") @Nullable Instant lastUsedAt,
            @JsonProperty("revoked_at") @Nullable Instant revokedAt) {

        static KeyView of(IssuedKey key, @Nullable String text) {
            return new KeyView(
                    key.id(),
                    text,
                    key.label(),
                    key.scopes().stream().map(Scope::word).sorted().toList(),
                    key.createdAt(),
                    key.lastUsedAt().orElse(null),
                    key.revokedAt().orElse(null));
        }
    }

    /** Newest first. */
    @Serdeable
    record KeyList(List<KeyView> data) {}

    @Post(consumes = MediaType.APPLICATION_JSON)
    HttpResponse<?> create(
            @RequestAttribute(ApiKeyFilter.TENANT) Tenant tenant, HttpRequest<byte[]> request) {
        try {
            JsonFields fields =
                    JsonFields.of(
                            JobBody.tree(request.getBody().orElseGet(() -> new byte[0])),
                            "",
                            List.of("label", "scopes"));
            String text = KeyText.fresh(random);
            IssuedKey key =
                    new IssuedKey(
                            KeyText.prefix(text),
                            tenant.name(),
                            label(fields),
                            scopes(fields),
                            clock.instant(),
                            Optional.empty(),
                            Optional.empty());
            return keys.add(key, Sha256.hex(text))
                    ? HttpResponse.created(KeyView.of(key, text))
                    : Problems.of(HttpStatus.CONFLICT, tooMany());
        } catch (BadBodyException e) {
            return Problems.of(HttpStatus.BAD_REQUEST, e.error());
        }
    }

    @Get
    HttpResponse<?> list(@RequestAttribute(ApiKeyFilter.TENANT) Tenant tenant) {
        return HttpResponse.ok(
                new KeyList(
                        keys.list(tenant.name()).stream()
                                .map(key -> KeyView.of(key, null))
                                .toList()));
    }

    @Delete("/{id}")
    HttpResponse<?> revoke(
            @RequestAttribute(ApiKeyFilter.TENANT) Tenant tenant, @PathVariable String id) {
        boolean revoked = keys.revoke(tenant.name(), id);
        ring.forgetAll();
        return revoked
                ? HttpResponse.noContent()
                : Problems.of(
                        HttpStatus.NOT_FOUND,
                        new JobError(
                                "key_not_found", "id", null, "the tenant has no such live key"));
    }

    @Error(exception = IssuedKeys.UnavailableException.class)
    HttpResponse<?> databaseDown() {
        return Problems.later(HttpStatus.SERVICE_UNAVAILABLE, Problems.databaseDown());
    }

    private static String label(JsonFields fields) throws BadBodyException {
        String label = fields.text("label").orElse("");
        if (label.length() > MAX_LABEL) {
            throw wrong("label", MAX_LABEL + " characters", "the label is too long");
        }
        return label;
    }

    private static Set<Scope> scopes(JsonFields fields) throws BadBodyException {
        Optional<List<String>> words = fields.texts("scopes", false);
        if (words.isEmpty()) {
            return Set.of(Scope.SUBMIT, Scope.READ);
        }
        EnumSet<Scope> scopes = EnumSet.noneOf(Scope.class);
        for (String word : words.get()) {
            Optional<Scope> scope = Scope.named(word);
            if (scope.isEmpty()) {
                throw wrong("scopes", "submit, read, admin", "there is no such scope");
            }
            scopes.add(scope.get());
        }
        if (scopes.isEmpty()) {
            throw wrong("scopes", "submit, read, admin", "a key must be good for something");
        }
        return scopes;
    }

    private static BadBodyException wrong(String field, String limit, String detail) {
        return new BadBodyException(new JobError("invalid_key", field, limit, detail));
    }

    private static JobError tooMany() {
        return new JobError(
                "too_many_keys",
                null,
                IssuedKeys.MOST_LIVE + " live keys",
                "revoke one of the tenant's keys first");
    }
}
