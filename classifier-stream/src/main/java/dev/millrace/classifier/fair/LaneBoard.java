package dev.millrace.classifier.fair;

import dev.millrace.catalog.Lane;
import dev.millrace.v1.Band;
import dev.millrace.v1.LaneLoad;
import dev.millrace.v1.LaneStatus;
import dev.millrace.v1.RoutedJob;
import dev.millrace.v1.TenantStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * What is known of the lanes: how many slots their workers' heartbeats tell of, who uses them after
 * the status that all tasks publish about tenants, and how fast they were with the attempts whose
 * outcomes came by here. All of it may be a little old or missing; nobody waits for it.
 * Thread-safe.
 */
public final class LaneBoard implements Lanes {
    /** A worker tells its status every two seconds. */
    static final Duration HEARTBEAT_HOLDS = Duration.ofSeconds(10);

    /** A tenant uses a lane for so long after its last job went there. */
    public static final Duration USE_HOLDS = Duration.ofSeconds(10);

    /** After this a tenant that sent nothing more owes nothing, however slow the lane. */
    private static final Duration DEBT_HOLDS = Duration.ofMinutes(2);

    /** Tenants of a lane are counted anew no more often. */
    private static final Duration COUNT_HOLDS = Duration.ofMillis(200);

    /** Workers that no good-bye was heard of are forgotten from this number on. */
    private static final int MOST_WORKERS = 4_096;

    private final Map<String, Known> lanes = new HashMap<>();
    private int workers;

    /** A lane as it is known. */
    private static final class Known {
        private final Map<String, Worker> workers = new HashMap<>();
        private final Map<String, Use> tenants = new HashMap<>();
        private final Map<String, Debt> debts = new HashMap<>();
        private @Nullable Pace pace;
        private int using;
        private Instant countedAt = Instant.MIN;
    }

    /** What a tenant sent before overflow and its share has not worked off, at a moment. */
    private record Debt(double tokens, Instant at) {
        private double at(Instant now, LaneSituation lane) {
            Duration since = Duration.between(at, now);
            return since.isPositive()
                    ? Math.max(0, tokens - lane.share(since).orElse(tokens))
                    : tokens;
        }
    }

    private record Worker(int slots, Instant at) {}

    /** A tenant's use of a lane. */
    private record Use(boolean open, Instant routedAt) {
        private boolean isNow(Instant now) {
            return open || routedAt.plus(USE_HOLDS).isAfter(now);
        }
    }

    /**
     * A worker's heartbeat.
     *
     * @param key of the record, {@code lane/worker}
     * @param status null where the worker left
     */
    public synchronized void worker(String key, @Nullable LaneStatus status) {
        int slash = key.indexOf('/');
        if (slash < 1) {
            return;
        }
        Known lane = lane(key.substring(0, slash));
        String worker = key.substring(slash + 1);
        if (status == null) {
            workers -= lane.workers.remove(worker) == null ? 0 : 1;
            return;
        }
        if (lane.workers.put(worker, new Worker(status.getSlots(), status.getAt())) == null) {
            workers++;
        }
        if (workers > MOST_WORKERS) {
            forgetSilent(status.getAt());
        }
    }

    /** What the task of a tenant says of it. */
    public synchronized void tenant(TenantStatus status) {
        String tenant = status.getTenant();
        lanes.forEach(
                (name, lane) -> {
                    if (!status.getLanes().containsKey(name)) {
                        lane.tenants.remove(tenant);
                    }
                });
        for (Map.Entry<String, LaneLoad> each : status.getLanes().entrySet()) {
            LaneLoad load = each.getValue();
            lane(each.getKey())
                    .tenants
                    .put(
                            tenant,
                            new Use(load.getJobs() > 0, load.getRoutedAt().orElse(Instant.EPOCH)));
        }
    }

    /** An attempt that ran to its end. */
    public synchronized void attempt(String laneName, long predictedTokens, long modelMillis) {
        Known lane = lane(laneName);
        lane.pace =
                lane.pace == null
                        ? Pace.first(predictedTokens, modelMillis)
                        : lane.pace.and(predictedTokens, modelMillis);
    }

    /** A job of a tenant of one of our tasks went to its lane. */
    public synchronized void routed(RoutedJob job, Lane spec, Instant now) {
        if (job.getBand() == Band.OVERFLOW || job.getAttempt() > 1) {
            return;
        }
        Known lane = lane(spec.name());
        LaneSituation found = situation(spec, job.getTenant(), now);
        if (found.millisPerToken().isPresent()) {
            lane.debts.put(job.getTenant(), new Debt(found.owed() + job.getPredictedTokens(), now));
        }
    }

    @Override
    public synchronized LaneSituation situation(Lane spec, String tenant, Instant now) {
        Known lane = lanes.get(spec.name());
        if (lane == null) {
            return LaneSituation.UNKNOWN;
        }
        Use own = lane.tenants.get(tenant);
        int others = using(lane, now) - (own != null && own.isNow(now) ? 1 : 0);
        int tenants = 1 + Math.max(0, others);
        LaneSituation found = new LaneSituation(slots(lane, spec, now), pace(lane), tenants, 0);
        Debt debt = lane.debts.get(tenant);
        return debt == null ? found : found.owing(debt.at(now, found));
    }

    /**
     * A slot's time for each predicted token, in milliseconds; empty where no attempt ended here
     * yet.
     */
    public synchronized OptionalDouble millisPerToken(String laneName) {
        Known lane = lanes.get(laneName);
        return lane == null ? OptionalDouble.empty() : pace(lane);
    }

    /** A lane without live workers will have those of the catalog when it has any. */
    private static int slots(Known lane, Lane spec, Instant now) {
        int live =
                lane.workers.values().stream()
                        .filter(worker -> worker.at().plus(HEARTBEAT_HOLDS).isAfter(now))
                        .mapToInt(Worker::slots)
                        .sum();
        return live > 0 ? live : spec.slots() * Math.max(1, spec.workers());
    }

    private static OptionalDouble pace(Known lane) {
        return lane.pace == null ? OptionalDouble.empty() : lane.pace.millisPerToken();
    }

    private static int using(Known lane, Instant now) {
        if (now.isBefore(lane.countedAt) || !now.isBefore(lane.countedAt.plus(COUNT_HOLDS))) {
            lane.tenants.values().removeIf(use -> !use.isNow(now));
            lane.debts.values().removeIf(debt -> debt.at().plus(DEBT_HOLDS).isBefore(now));
            lane.using = lane.tenants.size();
            lane.countedAt = now;
        }
        return lane.using;
    }

    private void forgetSilent(Instant now) {
        for (Known lane : lanes.values()) {
            lane.workers.values().removeIf(each -> !each.at().plus(HEARTBEAT_HOLDS).isAfter(now));
        }
        workers = lanes.values().stream().mapToInt(lane -> lane.workers.size()).sum();
    }

    private Known lane(String name) {
        return lanes.computeIfAbsent(name, any -> new Known());
    }
}
