package dev.millrace.ingress.replies;

import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * The offsets of one partition whose deliveries are not all settled. Deliveries end in any order;
 * only what lies before the first open one may be committed. Not thread-safe.
 */
final class OpenOffsets {
    private final TreeMap<Long, Integer> open = new TreeMap<>();

    /** Begins an offset with so many deliveries; with none it is never open. */
    void open(long offset, int deliveries) {
        if (deliveries > 0) {
            open.put(offset, deliveries);
        }
    }

    /** One delivery of the offset is settled. */
    void settle(long offset) {
        open.computeIfPresent(offset, (is, left) -> left == 1 ? null : left - 1);
    }

    OptionalLong first() {
        return open.isEmpty() ? OptionalLong.empty() : OptionalLong.of(open.firstKey());
    }

    int size() {
        return open.size();
    }

    /**
     * How far each partition may be committed: to its first open offset, or to where it has been
     * read.
     */
    static <P> Map<P, Long> committable(Map<P, Long> read, Map<P, OpenOffsets> open) {
        Map<P, Long> committable = new HashMap<>();
        read.forEach(
                (partition, next) -> {
                    OpenOffsets offsets = open.get(partition);
                    OptionalLong first = offsets == null ? OptionalLong.empty() : offsets.first();
                    committable.put(partition, first.orElse(next));
                });
        return committable;
    }
}
