package dev.millrace.classifier.fair;

import dev.millrace.classifier.job.LaneWork;
import java.time.Duration;
import java.util.OptionalDouble;

/**
 * Decides which of a tenant's jobs stand behind everybody else's. A tenant's share of a lane is
 * what the lane does in {@link #HORIZON}, divided by the tenants that use it, and never less than
 * {@link #ALWAYS} such jobs. A job goes to overflow in three cases, each of them past the share:
 *
 * <ul>
 *   <li>with it, the tenant would have more than that open before overflow;
 *   <li>with it, the tenant would have sent more before overflow than its part of the lane's speed
 *       has made up for: short jobs end and make room for the next so fast that a flood within a
 *       small share would still take most of the lane;
 *   <li>the tenant has more than that in overflow already: what comes later stands behind it.
 * </ul>
 *
 * <p>A worker leaves no slot empty while anything waits, so overflow costs a tenant that is alone
 * nothing. And since all others are held to their shares, what they leave is at least the share of
 * those in overflow.
 */
public final class FairShare {
    /**
     * How far a tenant may run ahead of an even use of its part: shorter, and ordinary bursts are
     * pushed behind; longer, and a flood is noticed later.
     */
    public static final Duration HORIZON = Duration.ofSeconds(2);

    /** Jobs that are within any share, however many tenants there are and however long jobs run. */
    public static final int ALWAYS = 4;

    private final Duration horizon;
    private final int always;

    public FairShare() {
        this(HORIZON, ALWAYS);
    }

    public FairShare(Duration horizon, int always) {
        this.horizon = horizon;
        this.always = always;
    }

    /**
     * Whether one more job is above its tenant's share of a lane. Nobody is over the share of a
     * lane of which too little is known.
     *
     * @param open what the tenant has open in the lane
     * @param tokens that the job is predicted to need
     */
    public boolean isOver(LaneWork open, long tokens, LaneSituation lane) {
        OptionalDouble share = lane.share(horizon);
        if (share.isEmpty()) {
            return false;
        }
        double most = Math.max(share.getAsDouble(), (double) always * tokens);
        long behind = open.tokens() - open.priorityTokens();
        return behind > most
                || Math.max((double) open.priorityTokens(), lane.owed()) + tokens > most;
    }
}
