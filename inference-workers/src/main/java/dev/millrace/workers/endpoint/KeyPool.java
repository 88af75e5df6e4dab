package dev.millrace.workers.endpoint;

import dev.millrace.catalog.ChatServers.Keys;
import dev.millrace.catalog.SecretRef;
import dev.millrace.kit.SecretSource;
import dev.millrace.kit.SecretSource.MissingSecretException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The keys for one server: one of them is used until it is refused, has to rest, or has had its
 * time; then the next. They are read anew at each call, and one whose content has changed is a new
 * key. Thread-safe.
 */
final class KeyPool {
    private static final Logger LOG = LoggerFactory.getLogger(KeyPool.class);

    /** How long a key that was refused is left alone. */
    static final Duration REFUSED = Duration.ofMinutes(1);

    /** How long a key rests that was used too much, if the server does not say; it doubles. */
    static final Duration FIRST_REST = Duration.ofMillis(100);

    static final Duration LONGEST_REST = Duration.ofSeconds(30);
    private static final int MOST_DOUBLINGS = 10;

    private final String endpoint;
    private final List<SecretRef> refs;
    private final Optional<Duration> rotateEvery;
    private final SecretSource secrets;
    private final KeyBudgets budgets;
    private final List<Standing> standings = new ArrayList<>();

    /** Spares the fingerprint of one that has not changed. */
    private final AtomicReferenceArray<@Nullable ApiKey> lastRead;

    private int current;
    private @Nullable Instant currentSince;

    /** A pool that shares no key with another. */
    KeyPool(String endpoint, Keys keys, SecretSource secrets) {
        this(endpoint, keys, new KeyBudgets(keys.limits()), secrets);
    }

    /**
     * @param endpoint for the log
     */
    KeyPool(String endpoint, Keys keys, KeyBudgets budgets, SecretSource secrets) {
        this.endpoint = endpoint;
        this.refs = keys.refs();
        this.rotateEvery = keys.rotateEvery();
        this.secrets = secrets;
        this.budgets = budgets;
        this.lastRead = new AtomicReferenceArray<>(size());
        for (int i = 0; i < size(); i++) {
            standings.add(new Standing());
        }
    }

    /** What a pool has for a call. */
    sealed interface Offer {
        record Key(ApiKey key) implements Offer {}

        /**
         * No key can be used now.
         *
         * @param code provider_rate_limited, provider_unauthorized or missing_secret
         */
        record Nothing(String code, String detail) implements Offer {}
    }

    int size() {
        return Math.max(1, refs.size());
    }

    /**
     * The key for a call.
     *
     * @param tried keys that this attempt need not try again
     */
    Offer offer(Instant now, IntPredicate tried) {
        int first = current(now);
        Offer.Nothing nothing = new Offer.Nothing("provider_unauthorized", "no other key is left");
        for (int i = 0; i < size(); i++) {
            int index = (first + i) % size();
            if (tried.test(index)) {
                continue;
            }
            try {
                ApiKey key = read(index);
                Optional<Offer.Nothing> why = aside(key, now).or(() -> usedUp(key, now));
                if (why.isEmpty()) {
                    return new Offer.Key(key);
                }
                nothing = why.get();
            } catch (MissingSecretException e) {
                nothing = new Offer.Nothing("missing_secret", String.valueOf(e.getMessage()));
            }
        }
        return nothing;
    }

    private Optional<Offer.Nothing> usedUp(ApiKey key, Instant now) {
        return budget(key)
                .usedUpUntil(now)
                .map(
                        until ->
                                new Offer.Nothing(
                                        "provider_rate_limited",
                                        "key %s has used what the lane allows it until %s"
                                                .formatted(key.label(), until)));
    }

    KeyBudget budget(ApiKey key) {
        return budgets.of(key.label());
    }

    /** The key did its work. */
    synchronized void worked(ApiKey key) {
        standings.get(key.index()).limits = 0;
    }

    /** The server does not know the key, or never lets it do what was asked. */
    void refused(ApiKey key, Instant now) {
        if (setAside(key, now, Optional.of(REFUSED), "provider_unauthorized")) {
            LOG.warn(
                    "endpoint={} key={} fingerprint={} state=aside reason=refused seconds={}",
                    endpoint,
                    key.label(),
                    key.fingerprint(),
                    REFUSED.toSeconds());
        }
    }

    /** Too much was asked with the key. */
    void limited(ApiKey key, Optional<Duration> retryAfter, Instant now) {
        if (setAside(key, now, retryAfter, "provider_rate_limited")) {
            LOG.info(
                    "endpoint={} key={} state=aside reason=rate_limited retry_after_ms={}",
                    endpoint,
                    key.label(),
                    retryAfter.map(Duration::toMillis).map(String::valueOf).orElse("unsaid"));
        }
    }

    /** Why no key can be read; empty where one can. */
    Optional<String> trouble() {
        Optional<String> trouble = Optional.empty();
        for (int i = 0; i < size(); i++) {
            try {
                read(i);
                return Optional.empty();
            } catch (MissingSecretException e) {
                trouble = trouble.or(() -> Optional.of(String.valueOf(e.getMessage())));
            }
        }
        return trouble;
    }

    /** Keys that are set aside or used up, by label. */
    synchronized List<String> aside(Instant now) {
        List<String> labels = new ArrayList<>();
        for (int i = 0; i < refs.size(); i++) {
            boolean usedUp = budgets.of(refs.get(i).value()).usedUpUntil(now).isPresent();
            if (usedUp || standings.get(i).until.isAfter(now)) {
                labels.add(refs.get(i).value());
            }
        }
        return labels;
    }

    List<String> labels() {
        return refs.stream().map(SecretRef::value).toList();
    }

    private ApiKey read(int index) throws MissingSecretException {
        if (refs.isEmpty()) {
            return ApiKey.NONE;
        }
        SecretRef ref = refs.get(index);
        String secret = secrets.resolve(ref);
        ApiKey last = lastRead.get(index);
        if (last != null && last.secret().equals(Optional.of(secret))) {
            return last;
        }
        ApiKey key = ApiKey.of(index, ref.value(), secret);
        lastRead.set(index, key);
        return key;
    }

    private synchronized int current(Instant now) {
        Instant since = currentSince == null ? now : currentSince;
        if (rotateEvery.isPresent() && !since.plus(rotateEvery.get()).isAfter(now)) {
            current = (current + 1) % size();
            since = now;
            LOG.info("endpoint={} key={} state=current reason=rotated", endpoint, label(current));
        }
        currentSince = since;
        return current;
    }

    private synchronized Optional<Offer.Nothing> aside(ApiKey key, Instant now) {
        Standing standing = standings.get(key.index());
        return standing.isAside(key, now)
                ? Optional.of(
                        new Offer.Nothing(
                                standing.code,
                                "key " + key.label() + " is set aside until " + standing.until))
                : Optional.empty();
    }

    /**
     * The next one is the current one then. Of calls that were under way together the first sets
     * the key aside; the others can only make its rest longer.
     *
     * @param time empty where nobody has said for how long
     * @return whether it was not aside before
     */
    private synchronized boolean setAside(
            ApiKey key, Instant now, Optional<Duration> time, String code) {
        Standing standing = standings.get(key.index());
        boolean fresh = !standing.isAside(key, now);
        if (!fresh && time.isEmpty()) {
            return false;
        }
        Instant until = now.plus(time.orElseGet(standing::nextRest));
        if (fresh || until.isAfter(standing.until)) {
            standing.fingerprint = key.fingerprint();
            standing.until = until;
            standing.code = code;
        }
        if (current == key.index()) {
            current = (current + 1) % size();
            currentSince = now;
        }
        return fresh;
    }

    private String label(int index) {
        return refs.isEmpty() ? ApiKey.NONE.label() : refs.get(index).value();
    }

    /** Whether a key may be used; guarded by the pool. */
    private static final class Standing {
        private String fingerprint = "";
        private Instant until = Instant.MIN;
        private String code = "";

        /** How often in a row the server limited it without saying for how long. */
        private int limits;

        boolean isAside(ApiKey key, Instant now) {
            return until.isAfter(now) && fingerprint.equals(key.fingerprint());
        }

        Duration nextRest() {
            Duration rest = FIRST_REST.multipliedBy(1L << Math.min(limits, MOST_DOUBLINGS));
            limits++;
            return rest.compareTo(LONGEST_REST) < 0 ? rest : LONGEST_REST;
        }
    }
}
