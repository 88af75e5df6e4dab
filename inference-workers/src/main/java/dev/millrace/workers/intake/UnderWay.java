package dev.millrace.workers.intake;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import org.apache.kafka.common.TopicPartition;

/**
 * The records whose jobs run here or have their outcome on its way, and what has become of those
 * whose partitions went to another worker meanwhile: that one waits for them. Thread-safe.
 */
public final class UnderWay {
    /** Longer than the next owner needs to hear of it. */
    private static final Duration REMEMBERED = Duration.ofSeconds(30);

    private static final int MOST_REMEMBERED = 1_000;

    /** What has become of a record that another worker waits for. */
    public enum Fate {
        RUNNING,
        /** Its outcome is acknowledged. */
        DONE,
        /** It is not run here any more, and has no outcome. */
        GIVEN_UP
    }

    /** A record of a partition that another worker has. */
    public record HandedOver(Place place, Fate fate) {}

    private record Remembered(HandedOver record, long since) {}

    private final LongSupplier nanoTime;
    private final Map<TopicPartition, Set<Long>> running = new HashMap<>();
    private final Set<TopicPartition> started = new HashSet<>();
    private final Map<Place, Remembered> handedOver = new LinkedHashMap<>();
    private int count;

    public UnderWay(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    synchronized boolean contains(LaneJob job) {
        Set<Long> offsets = running.get(job.partition());
        return offsets != null && offsets.contains(job.offset());
    }

    synchronized void begin(LaneJob job) {
        if (running.computeIfAbsent(job.partition(), unused -> new HashSet<>()).add(job.offset())) {
            count++;
            started.add(job.partition());
        }
    }

    /**
     * @param done whether its outcome is acknowledged
     * @return whether another worker waits for it
     */
    synchronized boolean end(LaneJob job, boolean done) {
        Set<Long> offsets = running.get(job.partition());
        if (offsets != null && offsets.remove(job.offset())) {
            count--;
            if (offsets.isEmpty()) {
                running.remove(job.partition());
            }
        }
        if (handedOver.isEmpty()) {
            return false;
        }
        Place place = job.place();
        return handedOver.computeIfPresent(
                        place,
                        (unused, before) -> remember(place, done ? Fate.DONE : Fate.GIVEN_UP))
                != null;
    }

    /**
     * The partitions go to another worker; from now on it is told what becomes of what runs here.
     *
     * @return whether anything of theirs runs
     */
    synchronized boolean handOver(Collection<TopicPartition> partitions) {
        boolean any = false;
        for (TopicPartition partition : partitions) {
            for (long offset : of(partition)) {
                Place place = new Place(partition.topic(), partition.partition(), offset);
                handedOver.put(place, remember(place, Fate.RUNNING));
                any = true;
            }
        }
        return any;
    }

    /** What other workers wait for, or did a moment ago; bounded. */
    public synchronized List<HandedOver> handedOver() {
        long now = nanoTime.getAsLong();
        handedOver
                .values()
                .removeIf(
                        each ->
                                each.record().fate() != Fate.RUNNING
                                        && (handedOver.size() > MOST_REMEMBERED
                                                || now - each.since() > REMEMBERED.toNanos()));
        return handedOver.values().stream().map(Remembered::record).limit(MOST_REMEMBERED).toList();
    }

    /** The partition's offsets that run here. */
    synchronized Set<Long> of(TopicPartition partition) {
        Set<Long> offsets = running.get(partition);
        return offsets == null ? Set.of() : Set.copyOf(offsets);
    }

    synchronized boolean hasStarted() {
        return !started.isEmpty();
    }

    /** Partitions of which something has started since the last call. */
    synchronized Set<TopicPartition> takeStarted() {
        if (started.isEmpty()) {
            return Set.of();
        }
        Set<TopicPartition> taken = Set.copyOf(started);
        started.clear();
        return taken;
    }

    synchronized int count() {
        return count;
    }

    private Remembered remember(Place place, Fate fate) {
        return new Remembered(new HandedOver(place, fate), nanoTime.getAsLong());
    }
}
