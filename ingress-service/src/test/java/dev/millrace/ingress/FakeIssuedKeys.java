package dev.millrace.ingress;

import dev.millrace.ingress.keys.IssuedKey;
import dev.millrace.ingress.keys.IssuedKeys;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Keys in memory. */
public final class FakeIssuedKeys implements IssuedKeys {
    private final Map<String, IssuedKey> byHash = new LinkedHashMap<>();
    private boolean down;
    private int asked;

    public synchronized void setDown(boolean isDown) {
        down = isDown;
    }

    /** How often it was asked for a key. */
    public synchronized int asked() {
        return asked;
    }

    @Override
    public synchronized boolean add(IssuedKey key, String sha256) {
        long live = list(key.tenant()).stream().filter(each -> each.revokedAt().isEmpty()).count();
        if (live >= MOST_LIVE) {
            return false;
        }
        byHash.put(sha256, key);
        return true;
    }

    @Override
    public synchronized List<IssuedKey> list(String tenant) {
        failWhenDown();
        return new ArrayList<>(byHash.values())
                .stream().filter(key -> key.tenant().equals(tenant)).toList().reversed();
    }

    @Override
    public synchronized boolean revoke(String tenant, String id) {
        failWhenDown();
        for (Map.Entry<String, IssuedKey> each : byHash.entrySet()) {
            IssuedKey key = each.getValue();
            if (key.id().equals(id) && key.tenant().equals(tenant) && key.revokedAt().isEmpty()) {
                each.setValue(
                        new IssuedKey(
                                key.id(),
                                key.tenant(),
                                key.label(),
                                key.scopes(),
                                key.createdAt(),
                                key.lastUsedAt(),
                                Optional.of(Instant.EPOCH)));
                return true;
            }
        }
        return false;
    }

    @Override
    public synchronized Optional<IssuedKey> use(String sha256) {
        asked++;
        failWhenDown();
        return Optional.ofNullable(byHash.get(sha256)).filter(key -> key.revokedAt().isEmpty());
    }

    private void failWhenDown() {
        if (down) {
            throw new UnavailableException(new IllegalStateException("down"));
        }
    }
}
