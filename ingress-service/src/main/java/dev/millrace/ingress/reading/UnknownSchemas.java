package dev.millrace.ingress.reading;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * How long to believe that a schema id which the registry does not know may still become known. One
 * such id gets a grace period and is then the record's fault; many at once are the registry's
 * fault, and nothing is given up while that lasts. Not thread-safe.
 */
public final class UnknownSchemas {
    private static final int MOST_REMEMBERED = 1_000;
    private final Patience patience;
    private final Map<Integer, Seen> seen = new LinkedHashMap<>();

    /**
     * How long to wait, and what counts as many.
     *
     * @param grace from the first time that an id was seen to the moment when its records are given
     *     up
     * @param window in which unknown ids count as "at once"
     * @param tooMany this many different ids in the window halt the intake
     */
    public record Patience(Duration grace, Duration window, int tooMany) {
        public Patience {
            if (grace.isNegative() || window.compareTo(grace) < 0) {
                throw new IllegalArgumentException(
                        "the grace period must not be negative, the window not shorter than it");
            }
            if (tooMany < 2) {
                throw new IllegalArgumentException("tooMany=" + tooMany + " must be at least 2");
            }
        }
    }

    /** What to do with a record whose schema id is unknown. */
    public enum Advice {
        WAIT,
        GIVE_UP,
        HALT
    }

    private record Seen(Instant first, Instant last, int times) {}

    public UnknownSchemas(Patience patience) {
        this.patience = patience;
    }

    /** Notes that the registry did not know this id just now. */
    public Advice unknown(int schemaId, Instant now) {
        forget(now);
        Seen before = seen.remove(schemaId);
        Seen after =
                before == null
                        ? new Seen(now, now, 1)
                        : new Seen(before.first(), now, before.times() + 1);
        seen.put(schemaId, after);
        if (seen.size() > MOST_REMEMBERED) {
            seen.remove(seen.keySet().iterator().next());
        }
        if (seen.size() >= patience.tooMany()) {
            return Advice.HALT;
        }
        boolean late = !now.isBefore(after.first().plus(patience.grace()));
        return late ? Advice.GIVE_UP : Advice.WAIT;
    }

    /** Notes that the registry knows this id. */
    public void known(int schemaId) {
        seen.remove(schemaId);
    }

    /** How often the registry was asked for this id. */
    public int attempts(int schemaId) {
        Seen each = seen.get(schemaId);
        return each == null ? 0 : each.times();
    }

    /** Whether so many ids are unknown that nothing is given up. */
    public boolean halted(Instant now) {
        forget(now);
        return seen.size() >= patience.tooMany();
    }

    public Set<Integer> ids() {
        return Set.copyOf(seen.keySet());
    }

    private void forget(Instant now) {
        seen.values().removeIf(each -> each.last().plus(patience.window()).isBefore(now));
    }
}
