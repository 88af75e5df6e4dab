package dev.millrace.workers.intake;

import java.util.Optional;
import java.util.OptionalLong;
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
    private final TreeSet<Long> expected;

    /** Received here and not finished. */
    private final TreeSet<Long> unfinished = new TreeSet<>();

    /** Finished here before they came in: they ran on while the partition was away. */
    private final TreeSet<Long> early = new TreeSet<>();

    private long next = UNKNOWN;

    private OffsetBook(OffsetHint restored, int capacity) {
        if (capacity < 1) {
            throw new IllegalArgumentException("capacity=" + capacity + " must be at least 1");
        }
        this.capacity = capacity;
        this.restored = restored;
        this.expected = new TreeSet<>(restored.unfinished());
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
        restored = restored.or(former.knowledge());
        expected.clear();
        expected.addAll(restored.unfinished());
        early.addAll(former.early);
        expected.removeAll(early);
        return this;
    }

    /**
     * Takes a record in.
     *
     * @return whether it is to be run; false where it has finished already
     */
    public boolean receive(long offset) {
        if (offset < next) {
            forget();
        }
        next = offset + 1;
        expected.remove(offset);
        if (early.remove(offset) || restored.isFinished(offset)) {
            return false;
        }
        unfinished.add(offset);
        return true;
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
        expected.headSet(position).clear();
        early.headSet(position).clear();
    }

    /** A job is over and its outcome is safe. */
    public void finish(long offset) {
        if (!unfinished.remove(offset) && offset >= next) {
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

    /** What may be committed now; empty while nothing has been received or committed. */
    public Optional<Commit> commit() {
        OffsetHint known = knowledge();
        if (known.upTo() < 0) {
            return Optional.empty();
        }
        long prefix = lowestOutstanding().orElse(known.upTo());
        return Optional.of(new Commit(prefix, known.encode(prefix)));
    }

    private OffsetHint knowledge() {
        TreeSet<Long> outstanding = new TreeSet<>(unfinished);
        outstanding.addAll(expected);
        return new OffsetHint(Math.max(next, restored.upTo()), outstanding);
    }

    private OptionalLong lowestOutstanding() {
        if (unfinished.isEmpty() && expected.isEmpty()) {
            return OptionalLong.empty();
        }
        long received = unfinished.isEmpty() ? Long.MAX_VALUE : unfinished.first();
        long awaited = expected.isEmpty() ? Long.MAX_VALUE : expected.first();
        return OptionalLong.of(Math.min(received, awaited));
    }

    /**
     * A commit of one partition.
     *
     * @param offset everything below it is finished
     * @param metadata an encoded {@link OffsetHint}; empty where nothing is finished beyond
     */
    public record Commit(long offset, String metadata) {}
}
