package dev.millrace.workers.intake;

import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.function.Predicate;

/**
 * The waiting jobs of one band: each tenant's in their order, and the tenants by turns, so that no
 * number of one tenant's jobs delays another's by more than one of each other tenant's. A tenant
 * that comes anew is last. Not thread-safe.
 */
final class TenantTurns {
    private final Map<String, Queue<LaneJob>> byTenant = new LinkedHashMap<>();
    private int jobs;
    private long bytes;

    void add(LaneJob job) {
        byTenant.computeIfAbsent(job.tenant(), unused -> new ArrayDeque<>()).add(job);
        jobs++;
        bytes += job.bytes();
    }

    /** The next job, which waits no longer. */
    Optional<LaneJob> next() {
        Iterator<Map.Entry<String, Queue<LaneJob>>> turns = byTenant.entrySet().iterator();
        if (!turns.hasNext()) {
            return Optional.empty();
        }
        Map.Entry<String, Queue<LaneJob>> turn = turns.next();
        boolean alone = !turns.hasNext();
        String tenant = turn.getKey();
        Queue<LaneJob> queue = turn.getValue();
        LaneJob job = queue.remove();
        if (queue.isEmpty()) {
            byTenant.remove(tenant);
        } else if (!alone) {
            byTenant.remove(tenant);
            byTenant.put(tenant, queue);
        }
        forget(job);
        return Optional.of(job);
    }

    /** The first of these jobs, which waits no longer. */
    Optional<LaneJob> withdraw(Predicate<LaneJob> unwanted) {
        for (Map.Entry<String, Queue<LaneJob>> turn : byTenant.entrySet()) {
            for (Iterator<LaneJob> queue = turn.getValue().iterator(); queue.hasNext(); ) {
                LaneJob job = queue.next();
                if (unwanted.test(job)) {
                    queue.remove();
                    if (turn.getValue().isEmpty()) {
                        byTenant.remove(turn.getKey());
                    }
                    forget(job);
                    return Optional.of(job);
                }
            }
        }
        return Optional.empty();
    }

    void removeIf(Predicate<LaneJob> unwanted) {
        for (Queue<LaneJob> queue : byTenant.values()) {
            queue.removeIf(
                    job -> {
                        boolean gone = unwanted.test(job);
                        if (gone) {
                            forget(job);
                        }
                        return gone;
                    });
        }
        byTenant.values().removeIf(Queue::isEmpty);
    }

    private void forget(LaneJob job) {
        jobs--;
        bytes -= job.bytes();
    }

    boolean isEmpty() {
        return jobs == 0;
    }

    int jobs() {
        return jobs;
    }

    long bytes() {
        return bytes;
    }
}
