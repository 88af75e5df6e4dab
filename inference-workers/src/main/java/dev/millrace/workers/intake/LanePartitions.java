package dev.millrace.workers.intake;

import dev.millrace.workers.intake.OffsetBook.Commit;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * The partitions that this worker owns, with a book of offsets for each, and what is to be
 * committed. A partition that came is new until its committed offset has been looked up; nothing is
 * taken from it before. Belongs to the polling thread, over all the consumers that it has one after
 * the other.
 */
public final class LanePartitions {
    private final int capacity;
    private final Set<TopicPartition> fresh = new HashSet<>();
    private final Map<TopicPartition, OffsetBook> books = new HashMap<>();

    /**
     * Books of partitions that went away; jobs of theirs may still finish here, and they may come
     * back.
     */
    private final Map<TopicPartition, OffsetBook> former = new HashMap<>();

    private final Map<TopicPartition, Commit> committed = new HashMap<>();
    private final Set<TopicPartition> changed = new HashSet<>();

    /**
     * @param capacity unfinished records in one partition, beyond which no more are taken from it
     */
    public LanePartitions(int capacity) {
        this.capacity = capacity;
    }

    public void assigned(Collection<TopicPartition> partitions) {
        fresh.addAll(partitions);
    }

    public void released(Collection<TopicPartition> partitions) {
        fresh.removeAll(partitions);
        for (TopicPartition partition : partitions) {
            OffsetBook book = books.remove(partition);
            if (book != null) {
                former.put(partition, book);
            }
        }
        committed.keySet().removeAll(partitions);
        changed.removeAll(partitions);
    }

    /** Partitions whose committed offsets are still to be looked up. */
    public Set<TopicPartition> fresh() {
        return Set.copyOf(fresh);
    }

    /** Goes on from what is committed; a null value is a partition that nobody has committed. */
    public void restore(Map<TopicPartition, @Nullable OffsetAndMetadata> offsets) {
        offsets.forEach(
                (partition, offset) -> {
                    if (fresh.remove(partition)) {
                        books.put(partition, book(partition, offset));
                        if (offset != null) {
                            committed.put(
                                    partition, new Commit(offset.offset(), offset.metadata()));
                        }
                    }
                });
    }

    private OffsetBook book(TopicPartition partition, @Nullable OffsetAndMetadata offset) {
        OffsetBook book =
                offset == null
                        ? OffsetBook.fresh(capacity)
                        : OffsetBook.restored(offset.offset(), offset.metadata(), capacity);
        OffsetBook before = former.remove(partition);
        return before == null ? book : book.remembering(before);
    }

    /**
     * Takes a record in.
     *
     * @return whether it is to be run
     */
    public boolean receive(TopicPartition partition, long offset) {
        OffsetBook book = books.get(partition);
        if (book == null) {
            return false;
        }
        changed.add(partition);
        return book.receive(offset);
    }

    /** The consumer's positions after a poll. */
    public void advance(Map<TopicPartition, OffsetAndMetadata> positions) {
        positions.forEach(
                (partition, position) -> {
                    OffsetBook book = books.get(partition);
                    if (book != null) {
                        book.advance(position.offset());
                        changed.add(partition);
                    }
                });
    }

    /**
     * A record is done with. Of a partition that is gone nothing is committed; it is known if it
     * comes back.
     */
    public void finish(TopicPartition partition, long offset) {
        OffsetBook book = books.get(partition);
        if (book != null) {
            book.finish(offset);
            changed.add(partition);
            return;
        }
        OffsetBook gone = former.get(partition);
        if (gone != null) {
            gone.finish(offset);
        }
    }

    public boolean isFull(TopicPartition partition) {
        OffsetBook book = books.get(partition);
        return book != null && book.isFull();
    }

    public boolean isFresh(TopicPartition partition) {
        return fresh.contains(partition);
    }

    /** Whether there may be something to commit. */
    public boolean hasChanges() {
        return !changed.isEmpty();
    }

    /** What differs from the last commit; it counts as committed from now on. */
    public Map<TopicPartition, OffsetAndMetadata> takeDue() {
        return takeDue(Set.copyOf(changed));
    }

    /** The same, of some partitions only. */
    public Map<TopicPartition, OffsetAndMetadata> takeDue(Collection<TopicPartition> partitions) {
        Map<TopicPartition, OffsetAndMetadata> due = new HashMap<>();
        for (TopicPartition partition : partitions) {
            OffsetBook book = books.get(partition);
            if (book != null && changed.remove(partition)) {
                book.commit()
                        .filter(commit -> !commit.equals(committed.put(partition, commit)))
                        .ifPresent(
                                commit ->
                                        due.put(
                                                partition,
                                                new OffsetAndMetadata(
                                                        commit.offset(), commit.metadata())));
            }
        }
        return due;
    }

    /** A commit did not get through: it is due again. */
    public void commitFailed(Collection<TopicPartition> partitions) {
        for (TopicPartition partition : partitions) {
            if (books.containsKey(partition)) {
                committed.remove(partition);
                changed.add(partition);
            }
        }
    }

    public int count() {
        return books.size() + fresh.size();
    }

    public int unfinished() {
        return books.values().stream().mapToInt(OffsetBook::unfinished).sum();
    }
}
