package dev.millrace.workers.intake;

import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The offsets of one partition whose jobs finish out of order. It says what may be committed: the
 * contiguous finished prefix, with a hint of what is finished beyond it. Not thread-safe; it
 * belongs to the polling thread.
 *
 * <p>When nothing is unfinished the commit is the consumer's position, also behind transaction
 * markers, so that an idle partition shows lag 0.
 */
public final class OffsetBook {
    private static final long UNKNOWN = -1;

    private final int capacity;
    private OffsetHint restored;

    /** Unfinished offsets of the hint that have not come in yet. */
    private final TreeMap<Long, Standing> expected;

    /** Received here and not finished; as they stand but for what runs here. */
    private final TreeMap<Long, Standing> unfinished = new TreeMap<>();

    /** Finished here before they came in: they ran on while the partition was away. */
    private final TreeSet<Long> early = new TreeSet<>();

    private long next = UNKNOWN;

    private OffsetBook(OffsetHint restored, int capacity) {
        if (capacity < 1) {
            throw new IllegalArgumentException("capacity=" + capacity + " must be at least 1");
        }
        this.capacity = capacity;
        this.restored = restored;
        this.expected = new TreeMap<>(restored.unfinished());
    }

    /** A partition that nobody has committed. */
    public static OffsetBook fresh(int capacity) {
        return new OffsetBook(OffsetHint.none(UNKNOWN), capacity);
    }

    /** A partition that goes on from a committed offset and its metadata. */
    public static OffsetBook restored(long committed, String metadata, int capacity) {
        return new OffsetBook(OffsetHint.decode(committed, metadata), capacity);
    }

    /** Adds what the partition's former book knew, which may be more than it could commit. */
    public OffsetBook remembering(OffsetBook former) {
        restored = restored.or(former.knowledge(Set.of(), 0, false));
        expected.clear();
        expected.putAll(restored.unfinished());
        early.addAll(former.early);
        expected.keySet().removeAll(early);
        return this;
    }

    /**
     * Takes a record in.
     *
     * @return where it stands; empty where it has finished already
     */
    public Optional<Standing> receive(long offset) {
        if (offset < next) {
            forget();
        }
        next = offset + 1;
        Standing standing = expected.remove(offset);
        if (early.remove(offset) || restored.isFinished(offset)) {
            return Optional.empty();
        }
        unfinished.put(offset, standing == null ? Standing.WAITING : standing);
        return Optional.ofNullable(unfinished.get(offset));
    }

    /** What has become known about a record that was received. */
    public void mark(long offset, Standing standing) {
        unfinished.replace(offset, standing);
    }

    /**
     * The partition went backwards (it lost records, or was reset): what was known of it no longer
     * holds.
     */
    private void forget() {
        restored = OffsetHint.none(UNKNOWN);
        early.clear();
        expected.clear();
        unfinished.clear();
    }

    /** The consumer's position: offsets below it that were not received carry no record. */
    public void advance(long position) {
        next = Math.max(next, position);
        expected.headMap(position).clear();
        early.headSet(position).clear();
    }

    /** A job is over and its outcome is safe. */
    public void finish(long offset) {
        if (unfinished.remove(offset) == null && offset >= next) {
            early.add(offset);
            expected.remove(offset);
        }
    }

    /** Whether no more records should be taken until some have finished. */
    public boolean isFull() {
        return unfinished.size() >= capacity;
    }

    public int unfinished() {
        return unfinished.size();
    }

    /**
     * What may be committed now; empty while nothing has been received or committed.
     *
     * @param running offsets that run here
     * @param self the runner that we are
     * @param last whether nothing more of the partition is started here
     */
    public Optional<Commit> commit(Set<Long> running, long self, boolean last) {
        OffsetHint known = knowledge(running, self, last);
        if (known.upTo() < 0) {
            return Optional.empty();
        }
        SortedMap<Long, Standing> outstanding = known.unfinished();
        long prefix = outstanding.isEmpty() ? known.upTo() : outstanding.firstKey();
        return Optional.of(new Commit(prefix, known.encode(prefix)));
    }

    /** Whether the former owner's last word says that it started nothing more. */
    boolean wasHandedOver() {
        return restored.handedOver();
    }

    private OffsetHint knowledge(Set<Long> running, long self, boolean last) {
        TreeMap<Long, Standing> outstanding = new TreeMap<>(unfinished);
        for (long offset : running) {
            outstanding.computeIfPresent(offset, (unused, standing) -> standing.startedBy(self));
        }
        outstanding.putAll(expected);
        return new OffsetHint(Math.max(next, restored.upTo()), outstanding, last);
    }

    /**
     * A commit of one partition.
     *
     * @param offset everything below it is finished
     * @param metadata an encoded {@link OffsetHint}; empty where nothing is finished beyond
     */
    public record Commit(long offset, String metadata) {}
}
