package dev.millrace.classifier.job;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A tenant's open jobs and the tokens they were predicted to need, in all and by lane. A lane where
 * nothing is open is not among {@code lanes}.
 */
public record TenantLoad(long jobs, long tokens, Map<String, LaneWork> lanes) {
    public static final TenantLoad NONE = new TenantLoad(0, 0, Map.of());

    public TenantLoad {
        lanes = Map.copyOf(lanes);
    }

    public LaneWork in(String lane) {
        return lanes.getOrDefault(lane, LaneWork.NONE);
    }

    /** The load after one of the tenant's jobs went from one state to another; null is unknown. */
    public TenantLoad after(@Nullable Job from, @Nullable Job to) {
        Attempt before = attempt(from);
        Attempt after = attempt(to);
        if (isSame(before, after)) {
            return this;
        }
        long open = Math.max(0, jobs + count(after) - count(before));
        return open == 0
                ? NONE
                : new TenantLoad(
                        open,
                        Math.max(0, tokens + predicted(after) - predicted(before)),
                        lanes(before, after));
    }

    private Map<String, LaneWork> lanes(@Nullable Attempt before, @Nullable Attempt after) {
        Map<String, LaneWork> changed = new HashMap<>(lanes);
        if (before != null) {
            changed.computeIfPresent(
                    before.lane(), (lane, work) -> work.jobs() <= 1 ? null : work.minus(before));
        }
        if (after != null) {
            changed.put(
                    after.lane(), changed.getOrDefault(after.lane(), LaneWork.NONE).plus(after));
        }
        return changed;
    }

    /** Whether what is counted stays as it is. */
    private static boolean isSame(@Nullable Attempt before, @Nullable Attempt after) {
        if (before == null || after == null) {
            return before == null && after == null;
        }
        return before.lane().equals(after.lane())
                && before.band() == after.band()
                && before.predictedTokens() == after.predictedTokens();
    }

    private static int count(@Nullable Attempt attempt) {
        return attempt == null ? 0 : 1;
    }

    private static long predicted(@Nullable Attempt attempt) {
        return attempt == null ? 0 : attempt.predictedTokens();
    }

    private static @Nullable Attempt attempt(@Nullable Job job) {
        return job instanceof Job.Open open ? open.attempt() : null;
    }
}
