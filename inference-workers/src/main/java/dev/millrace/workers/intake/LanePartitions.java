package dev.millrace.workers.intake;

import dev.millrace.workers.intake.OffsetBook.Commit;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
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
    /** Records that a former owner may have started after its last commit. */
    private static final int IN_DOUBT = 32;

    private final int capacity;
    private final long self;
    private final UnderWay underWay;
    private final Set<TopicPartition> fresh = new HashSet<>();
    private final Map<TopicPartition, OffsetBook> books = new HashMap<>();

    /**
     * Books of partitions that went away; jobs of theirs may still finish here, and they may come
     * back.
     */
    private final Map<TopicPartition, OffsetBook> former = new HashMap<>();

    private final Map<TopicPartition, Commit> committed = new HashMap<>();
    private final Set<TopicPartition> changed = new HashSet<>();

    /** Partitions with a commit of ours: no word of a former owner stands there any more. */
    private final Set<TopicPartition> claimed = new HashSet<>();

    private final Map<TopicPartition, Integer> inDoubt = new HashMap<>();

    /**
     * @param capacity unfinished records in one partition, beyond which no more are taken from it
     * @param self the runner that we are, in commits
     */
    public LanePartitions(int capacity, long self, UnderWay underWay) {
        this.capacity = capacity;
        this.self = self;
        this.underWay = underWay;
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
        claimed.removeAll(partitions);
        inDoubt.keySet().removeAll(partitions);
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
                        OffsetBook book = book(partition, offset);
                        books.put(partition, book);
                        if (book.wasHandedOver()) {
                            // a last word that is not replaced would hide what starts from now on
                            changed.add(partition);
                        } else if (offset != null) {
                            inDoubt.put(partition, IN_DOUBT);
                        }
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
     * @return where it stands; empty where it is not to be run, because it has finished or its
     *     partition is not ours
     */
    public Optional<Standing> receive(TopicPartition partition, long offset) {
        OffsetBook book = books.get(partition);
        if (book == null) {
            return Optional.empty();
        }
        changed.add(partition);
        return book.receive(offset);
    }

    /**
     * Whether the next record of a partition must not start before a commit says that it runs here:
     * the former owner may have died of it before it could say so.
     */
    public boolean isInDoubt(TopicPartition partition) {
        int left = inDoubt.getOrDefault(partition, 0);
        if (left > 0) {
            inDoubt.put(partition, left - 1);
        }
        return left > 0 || !claimed.contains(partition);
    }

    /** What has become known about a record that was received. */
    public void mark(TopicPartition partition, long offset, Standing standing) {
        OffsetBook book = books.get(partition);
        if (book != null) {
            book.mark(offset, standing);
            changed.add(partition);
        }
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
        return !changed.isEmpty() || underWay.hasStarted();
    }

    /** What differs from the last commit; it counts as committed from now on. */
    public Map<TopicPartition, OffsetAndMetadata> takeDue() {
        changed.addAll(underWay.takeStarted());
        Map<TopicPartition, OffsetAndMetadata> due = due(changed, false);
        changed.clear();
        return due;
    }

    /** The last word about some partitions: nothing more of them is started here. */
    public Map<TopicPartition, OffsetAndMetadata> takeLast(Collection<TopicPartition> partitions) {
        changed.removeAll(partitions);
        return due(partitions, true);
    }

    private Map<TopicPartition, OffsetAndMetadata> due(
            Collection<TopicPartition> partitions, boolean last) {
        Map<TopicPartition, OffsetAndMetadata> due = new HashMap<>();
        for (TopicPartition partition : partitions) {
            OffsetBook book = books.get(partition);
            if (book != null) {
                book.commit(underWay.of(partition), self, last)
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

    /** A commit has got through. */
    public void commitSucceeded(Collection<TopicPartition> partitions) {
        partitions.stream().filter(books::containsKey).forEach(claimed::add);
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
