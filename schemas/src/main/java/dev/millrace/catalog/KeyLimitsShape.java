package dev.millrace.catalog;

import dev.millrace.catalog.ChatServers.KeyLimits;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** How much may be asked with a key, as the catalog writes it. */
final class KeyLimitsShape {
    private static final String LIMITS = "key_limits";
    private static final String CALLS_PER_MINUTE = "calls_per_minute";
    private static final String CALLS_PER_DAY = "calls_per_day";
    private static final String TOKENS_PER_MINUTE = "tokens_per_minute";
    private static final String TOKENS_PER_DAY = "tokens_per_day";
    private static final long MOST = 1_000_000_000_000L;

    private KeyLimitsShape() {}

    static KeyLimits read(Fields engine) {
        Optional<Fields> found = engine.object(LIMITS);
        if (found.isEmpty()) {
            return KeyLimits.NONE;
        }
        Fields fields = found.get();
        KeyLimits limits =
                new KeyLimits(
                        limit(fields, CALLS_PER_MINUTE),
                        limit(fields, CALLS_PER_DAY),
                        limit(fields, TOKENS_PER_MINUTE),
                        limit(fields, TOKENS_PER_DAY));
        fields.finish();
        return limits;
    }

    private static Optional<Long> limit(Fields fields, String name) {
        long value = fields.number(name, 1, 1, MOST);
        return fields.has(name) ? Optional.of(value) : Optional.empty();
    }

    static void write(Map<String, Object> body, KeyLimits limits) {
        Map<String, Object> fields = new TreeMap<>();
        limits.callsPerMinute().ifPresent(value -> fields.put(CALLS_PER_MINUTE, value));
        limits.callsPerDay().ifPresent(value -> fields.put(CALLS_PER_DAY, value));
        limits.tokensPerMinute().ifPresent(value -> fields.put(TOKENS_PER_MINUTE, value));
        limits.tokensPerDay().ifPresent(value -> fields.put(TOKENS_PER_DAY, value));
        if (!fields.isEmpty()) {
            body.put(LIMITS, fields);
        }
    }
}
