package dev.millrace.classifier.stream;

import dev.millrace.classifier.fair.LaneBoard;
import dev.millrace.classifier.job.LaneWork;
import dev.millrace.classifier.job.TenantLoad;
import dev.millrace.v1.LaneLoad;
import dev.millrace.v1.TenantStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Which tenants of a task there is news of, told once a second. */
final class TenantNews {
    private static final Duration EVERY = Duration.ofSeconds(1);

    private final Set<String> changed = new HashSet<>();

    /** When a tenant's last job went to a lane, for as long as that is news. */
    private final Map<String, Map<String, Instant>> routed = new HashMap<>();

    private Instant next = Instant.MIN;

    void changed(String tenant) {
        changed.add(tenant);
    }

    void changed(Collection<String> tenants) {
        changed.addAll(tenants);
    }

    void routed(String tenant, String lane, Instant at) {
        routed.computeIfAbsent(tenant, any -> new HashMap<>()).put(lane, at);
    }

    void clear() {
        changed.clear();
        routed.clear();
    }

    /** The status of each tenant that changed, where it is time to tell it. */
    List<TenantStatus> due(Instant now, Function<String, TenantLoad> load) {
        if (now.isBefore(next)) {
            return List.of();
        }
        next = now.plus(EVERY);
        forget(now);
        List<TenantStatus> news = new ArrayList<>();
        for (String tenant : changed) {
            news.add(status(tenant, load.apply(tenant), now));
        }
        changed.clear();
        return news;
    }

    private TenantStatus status(String tenant, TenantLoad load, Instant now) {
        Map<String, Instant> last = routed.getOrDefault(tenant, Map.of());
        Map<String, LaneLoad> lanes = new HashMap<>();
        last.forEach((lane, at) -> lanes.put(lane, of(load.in(lane), at)));
        load.lanes().forEach((lane, work) -> lanes.putIfAbsent(lane, of(work, null)));
        return TenantStatus.newBuilder()
                .setTenant(tenant)
                .setOutstandingJobs(load.jobs())
                .setOutstandingTokens(load.tokens())
                .setAt(now)
                .setLanes(lanes)
                .build();
    }

    private void forget(Instant now) {
        Instant old = now.minus(LaneBoard.USE_HOLDS);
        routed.values()
                .removeIf(
                        lanes -> {
                            lanes.values().removeIf(at -> at.isBefore(old));
                            return lanes.isEmpty();
                        });
    }

    private static LaneLoad of(LaneWork work, @Nullable Instant routedAt) {
        return LaneLoad.newBuilder()
                .setJobs(work.jobs())
                .setTokens(work.tokens())
                .setPriorityJobs(work.priorityJobs())
                .setPriorityTokens(work.priorityTokens())
                .setRoutedAt(routedAt)
                .build();
    }
}
