package dev.millrace.catalog;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Who pays.
 *
 * @param apiKeys the SHA-256 hashes by which its callers are known
 * @param replies the names of its own reply topics; a job can name no other
 * @param webhookSecret signs its callbacks; without one a job with a callback is refused
 */
public record Tenant(
        String name,
        List<ApiKey> apiKeys,
        List<String> replies,
        Optional<SecretRef> webhookSecret,
        Limits limits)
        implements CatalogItem {

    public Tenant {
        apiKeys = List.copyOf(apiKeys);
        replies = List.copyOf(replies);
    }

    @Override
    public String kind() {
        return "tenant";
    }

    @Override
    public String id() {
        return name;
    }

    /**
     * A key by its hash.
     *
     * @param sha256 64 lower-case hex digits: SHA-256 of the key's UTF-8 bytes
     */
    public record ApiKey(String sha256, String label) {
        public ApiKey {
            if (!sha256.matches("[0-9a-f]{64}")) {
                throw new IllegalArgumentException("an API key's hash is 64 lower-case hex digits");
            }
        }
    }

    /**
     * What one job of this tenant may ask for.
     *
     * @param maxPromptBytes UTF-8 bytes of all messages together
     * @param maxOutstanding open jobs at once
     */
    public record Limits(
            int maxPromptBytes, int maxTokens, int maxOutstanding, Duration maxDeadline) {
        public static final Limits DEFAULT =
                new Limits(256 * 1024, 4096, 100_000, Duration.ofHours(24));
    }
}
