package dev.millrace.ingress.keys;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Keys that were used a moment ago, so that not each request asks the database. A revoked key stops
 * working within the time that one is remembered; while the database is out, one that was good goes
 * on for a few minutes.
 */
public final class KeyRing {
    static final Duration FRESH = Duration.ofSeconds(5);
    static final Duration STALE = Duration.ofMinutes(5);
    private static final int MOST = 10_000;

    private final IssuedKeys keys;
    private final LongSupplier nanoTime;
    private final Map<String, Seen> seen = new ConcurrentHashMap<>();

    private record Seen(Optional<IssuedKey> key, long at) {}

    public KeyRing(IssuedKeys keys, LongSupplier nanoTime) {
        this.keys = keys;
        this.nanoTime = nanoTime;
    }

    /** What is known without asking; null where the database must be asked. */
    public @Nullable Optional<IssuedKey> remembered(String sha256) {
        Seen last = seen.get(sha256);
        return last != null && age(last) < FRESH.toNanos() ? last.key() : null;
    }

    /**
     * The live key of this hash. May ask the database, so not for an event loop.
     *
     * @throws IssuedKeys.UnavailableException when it cannot be asked, and the key was not seen
     *     lately
     */
    public Optional<IssuedKey> find(String sha256) {
        Optional<IssuedKey> known = remembered(sha256);
        if (known != null) {
            return known;
        }
        try {
            Optional<IssuedKey> key = keys.use(sha256);
            if (seen.size() >= MOST) {
                seen.clear();
            }
            seen.put(sha256, new Seen(key, nanoTime.getAsLong()));
            return key;
        } catch (IssuedKeys.UnavailableException e) {
            Seen last = seen.get(sha256);
            if (last != null && last.key().isPresent() && age(last) < STALE.toNanos()) {
                return last.key();
            }
            throw e;
        }
    }

    /** After a key was revoked here, it is good here no more. */
    public void forgetAll() {
        seen.clear();
    }

    private long age(Seen last) {
        return nanoTime.getAsLong() - last.at();
    }
}
