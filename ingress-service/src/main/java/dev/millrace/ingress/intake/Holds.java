package dev.millrace.ingress.intake;

import dev.millrace.ingress.intake.Verdict.Cause;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.common.TopicPartition;

/** The partitions that wait, why, and until when. Not thread-safe. */
final class Holds {
    private static final Duration SAY_AGAIN = Duration.ofSeconds(30);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);
    private static final Map<Cause, Duration> PAUSES =
            new EnumMap<>(
                    Map.of(
                            Cause.UNKNOWN_TENANT, Duration.ofSeconds(1),
                            Cause.UNKNOWN_SCHEMA, Duration.ofSeconds(1),
                            Cause.HALTED, Duration.ofSeconds(5),
                            Cause.REGISTRY_DOWN, Duration.ofSeconds(1),
                            Cause.REGISTRY_REFUSES, LONGEST_PAUSE,
                            Cause.BROKER_DOWN, Duration.ofMillis(500)));

    private final Map<TopicPartition, Held> held = new HashMap<>();

    private record Held(Cause cause, Instant until, Instant saidAt, boolean paused) {}

    /** Holds a partition; true when this is news that should be said. */
    boolean hold(TopicPartition partition, Cause cause, Instant now) {
        Held before = held.get(partition);
        boolean said =
                before != null
                        && before.cause() == cause
                        && now.isBefore(before.saidAt().plus(SAY_AGAIN));
        Instant saidAt = before != null && said ? before.saidAt() : now;
        Duration pause = PAUSES.getOrDefault(cause, LONGEST_PAUSE);
        held.put(partition, new Held(cause, now.plus(pause), saidAt, true));
        return !said;
    }

    /** The partitions to try again now. They count as held until they get on. */
    Set<TopicPartition> due(Instant now) {
        Set<TopicPartition> due = new HashSet<>();
        for (Map.Entry<TopicPartition, Held> each : held.entrySet()) {
            Held is = each.getValue();
            if (is.paused() && !now.isBefore(is.until())) {
                due.add(each.getKey());
                each.setValue(new Held(is.cause(), is.until(), is.saidAt(), false));
            }
        }
        return due;
    }

    /** The partition got on; true when it was held. */
    boolean release(TopicPartition partition) {
        return held.remove(partition) != null;
    }

    void forget(Collection<TopicPartition> partitions) {
        partitions.forEach(held::remove);
    }

    int size() {
        return held.size();
    }

    /** The causes for which partitions wait. */
    Set<Cause> causes() {
        Set<Cause> causes = new TreeSet<>();
        held.values().forEach(each -> causes.add(each.cause()));
        return causes;
    }

    @Override
    public String toString() {
        return "held=" + held.size() + (held.isEmpty() ? "" : " causes=" + causes());
    }
}
