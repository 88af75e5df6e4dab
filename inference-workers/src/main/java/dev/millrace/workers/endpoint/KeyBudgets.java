package dev.millrace.workers.endpoint;

import dev.millrace.catalog.ChatServers.KeyLimits;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** One budget for each key of a lane, though several servers may be shown it. Thread-safe. */
final class KeyBudgets {
    private final KeyLimits limits;
    private final ConcurrentMap<String, KeyBudget> byLabel = new ConcurrentHashMap<>();

    KeyBudgets(KeyLimits limits) {
        this.limits = limits;
    }

    /**
     * The budget of a key.
     *
     * @param label where the catalog says it is
     */
    KeyBudget of(String label) {
        return byLabel.computeIfAbsent(label, unused -> new KeyBudget(limits));
    }
}
