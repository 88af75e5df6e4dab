package dev.millrace.classifier.fair;

import java.time.Duration;
import java.util.OptionalDouble;

/**
 * A lane as a tenant meets it.
 *
 * @param slots jobs that the lane's workers run at once
 * @param millisPerToken a slot's time for each token that a job was predicted to need; empty where
 *     it was not measured yet
 * @param tenants that use the lane, the one that asks among them
 * @param owed predicted tokens that the tenant sent before overflow, and that its share of the lane
 *     has not worked off since
 */
public record LaneSituation(int slots, OptionalDouble millisPerToken, int tenants, double owed) {
    public static final LaneSituation UNKNOWN = new LaneSituation(1, OptionalDouble.empty(), 1, 0);

    public LaneSituation {
        if (slots < 1 || tenants < 1) {
            throw new IllegalArgumentException("slots=" + slots + " tenants=" + tenants);
        }
        if (millisPerToken.isPresent() && !(millisPerToken.getAsDouble() > 0)) {
            throw new IllegalArgumentException("millis_per_token=" + millisPerToken);
        }
    }

    LaneSituation owing(double tokens) {
        return new LaneSituation(slots, millisPerToken, tenants, tokens);
    }

    /** Predicted tokens that one tenant's share comes to within a time; empty where unknown. */
    public OptionalDouble share(Duration time) {
        return millisPerToken.isEmpty()
                ? OptionalDouble.empty()
                : OptionalDouble.of(
                        slots * (time.toNanos() / 1e6) / millisPerToken.getAsDouble() / tenants);
    }
}
