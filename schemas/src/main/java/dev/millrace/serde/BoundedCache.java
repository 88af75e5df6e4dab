package dev.millrace.serde;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * A map that many threads read without a lock and that forgets its oldest entries beyond a bound.
 */
final class BoundedCache<K, V> {
    private final int bound;
    private final ConcurrentHashMap<K, V> entries = new ConcurrentHashMap<>();
    private final ConcurrentLinkedQueue<K> oldestFirst = new ConcurrentLinkedQueue<>();

    BoundedCache(int bound) {
        if (bound < 1) {
            throw new IllegalArgumentException("bound=" + bound + " must be at least 1");
        }
        this.bound = bound;
    }

    @Nullable V get(K key) {
        return entries.get(key);
    }

    /** Keeps the value that came first, so that all threads share one. */
    V putIfAbsent(K key, V value) {
        V present = entries.putIfAbsent(key, value);
        if (present != null) {
            return present;
        }
        oldestFirst.add(key);
        while (entries.size() > bound) {
            K oldest = oldestFirst.poll();
            if (oldest == null) {
                break;
            }
            entries.remove(oldest);
        }
        return value;
    }

    void remove(K key) {
        if (entries.remove(key) != null) {
            oldestFirst.remove(key);
        }
    }

    int size() {
        return entries.size();
    }
}
