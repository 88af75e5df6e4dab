package dev.millrace.oracle;

import java.util.List;
import java.util.Map;

/**
 * What the oracle found.
 *
 * @param pending what may still come right by itself: jobs before their deadline, rows and
 *     deliveries on their way
 * @param violations what can not, by invariant; a bounded number of each
 */
public record Verdict(
        long accepted,
        long results,
        long duplicates,
        long lost,
        long open,
        long chargedMicros,
        long resultsMicros,
        long webhooksDelivered,
        long webhooksExhausted,
        long webhooksPending,
        long deadLetters,
        List<String> pending,
        Map<Invariant, List<String>> violations) {

    /** The promises that are judged here. */
    public enum Invariant {
        I1,
        I2,
        I3,
        I4,
        I5,
        I6
    }

    public boolean holds(Invariant invariant) {
        return violations.getOrDefault(invariant, List.of()).isEmpty();
    }

    public boolean allHold() {
        return violations.values().stream().allMatch(List::isEmpty);
    }

    public boolean settled() {
        return pending.isEmpty();
    }
}
