package dev.millrace.workers;

import dev.millrace.v1.Band;
import dev.millrace.workers.intake.JobBoard;
import dev.millrace.workers.intake.LanePartitions;
import dev.millrace.workers.intake.RoomWait;
import java.util.Collection;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;

/**
 * Which of the worker's partitions are paused: those that are not known yet, those with too many
 * records unfinished, all of a band that is full, and all of them once the worker leaves. Belongs
 * to the polling thread.
 */
final class Holds {
    private final Consumer<?, ?> consumer;
    private final LaneTopics topics;
    private final LanePartitions partitions;
    private final JobBoard board;
    private final RoomWait roomWait;
    private final LongSupplier nanoTime;

    private final Set<TopicPartition> owned = new HashSet<>();
    private final Set<TopicPartition> held = new HashSet<>();

    /** Bands of which nothing is asked for, and since when. */
    private final Map<Band, Long> full = new EnumMap<>(Band.class);

    Holds(
            Consumer<?, ?> consumer,
            LaneTopics topics,
            LanePartitions partitions,
            JobBoard board,
            RoomWait roomWait,
            LongSupplier nanoTime) {
        this.consumer = consumer;
        this.topics = topics;
        this.partitions = partitions;
        this.board = board;
        this.roomWait = roomWait;
        this.nanoTime = nanoTime;
    }

    /** Partitions that have come; they are held until it is known where they stand. */
    void came(Collection<TopicPartition> assigned) {
        owned.addAll(assigned);
        held.addAll(assigned);
        consumer.pause(assigned);
    }

    void went(Collection<TopicPartition> gone) {
        owned.removeAll(gone);
        held.removeAll(gone);
    }

    Set<TopicPartition> owned() {
        return Set.copyOf(owned);
    }

    boolean isEmpty() {
        return held.isEmpty();
    }

    /** Bands of which nothing is asked for. */
    Set<Band> full() {
        return full.keySet();
    }

    /** Bands that have become full since the last {@link #apply}. */
    Set<Band> filling() {
        Set<Band> filling = EnumSet.noneOf(Band.class);
        for (Band band : Band.values()) {
            if (!full.containsKey(band) && board.isFull(band)) {
                filling.add(band);
            }
        }
        return filling;
    }

    /** Pauses what is full or not yet known, and lets go on what is not any more. */
    void apply(boolean leaving) {
        look();
        Set<TopicPartition> pause = new HashSet<>();
        Set<TopicPartition> resume = new HashSet<>();
        for (TopicPartition partition : owned) {
            boolean hold = leaving || isToBeHeld(partition);
            if (hold && held.add(partition)) {
                pause.add(partition);
            } else if (!hold && held.remove(partition)) {
                resume.add(partition);
            }
        }
        if (!pause.isEmpty()) {
            consumer.pause(pause);
        }
        if (!resume.isEmpty()) {
            consumer.resume(resume);
        }
    }

    private void look() {
        for (Band band : Band.values()) {
            if (board.isFull(band)) {
                full.putIfAbsent(band, nanoTime.getAsLong());
            } else if (board.hasRoom(band)) {
                Long since = full.remove(band);
                if (since != null) {
                    roomWait.took(nanoTime.getAsLong() - since);
                }
            }
        }
    }

    private boolean isToBeHeld(TopicPartition partition) {
        return partitions.isFresh(partition)
                || partitions.isFull(partition)
                || full.containsKey(topics.band(partition.topic()));
    }
}
