package dev.millrace.ingress.keys;

import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/**
 * A key as it is kept: its hash and what it may do, never the key.
 *
 * @param id its beginning, which names it
 * @param lastUsedAt to within some seconds
 */
public record IssuedKey(
        String id,
        String tenant,
        String label,
        Set<Scope> scopes,
        Instant createdAt,
        Optional<Instant> lastUsedAt,
        Optional<Instant> revokedAt) {

    public IssuedKey {
        scopes = Set.copyOf(scopes);
    }
}
