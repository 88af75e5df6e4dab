package dev.millrace.workers.intake;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * What is known beyond a committed offset: below {@code upTo} everything is finished, except the
 * offsets named. It travels in the commit's metadata and only saves work: a lost or unreadable hint
 * makes finished jobs run again, which is allowed, and never skips one that is not finished.
 *
 * @param upTo exclusive; the committed offset where nothing is known
 * @param unfinished offsets from the committed one on, all below {@code upTo}
 */
public record OffsetHint(long upTo, SortedSet<Long> unfinished) {
    /** The broker's default for {@code offset.metadata.max.bytes} is 4096. */
    public static final int MAX_CHARS = 3_500;

    private static final String PREFIX = "mr1:";
    private static final int MAX_BYTES = (MAX_CHARS - PREFIX.length()) / 4 * 3;
    private static final int LONGEST_VARINT = 10;

    public OffsetHint {
        unfinished = new TreeSet<>(unfinished);
        if (!unfinished.isEmpty() && unfinished.last() >= upTo) {
            throw new IllegalArgumentException(
                    "an unfinished offset lies at or above upTo=" + upTo);
        }
    }

    /** Nothing is known beyond the committed offset. */
    public static OffsetHint none(long committed) {
        return new OffsetHint(committed, new TreeSet<>());
    }

    /**
     * What either of two knows: a record is unfinished only where neither says that it has
     * finished.
     */
    public OffsetHint or(OffsetHint other) {
        SortedSet<Long> neither = new TreeSet<>();
        unfinished.stream().filter(offset -> !other.isFinished(offset)).forEach(neither::add);
        other.unfinished.stream().filter(offset -> !isFinished(offset)).forEach(neither::add);
        return new OffsetHint(Math.max(upTo, other.upTo), neither);
    }

    /** Whether a record had finished when this was committed. */
    public boolean isFinished(long offset) {
        return offset < upTo && !unfinished.contains(offset);
    }

    /**
     * As commit metadata: at most {@link #MAX_CHARS} characters. Where the offsets do not fit,
     * {@code upTo} is lowered to the first that is left out.
     *
     * @param committed the offset that the metadata is committed with, not above any unfinished one
     */
    public String encode(long committed) {
        if (upTo <= committed) {
            return "";
        }
        ByteArrayOutputStream deltas = new ByteArrayOutputStream();
        long previous = committed;
        long known = upTo;
        for (long offset : unfinished) {
            if (deltas.size() + 2 * LONGEST_VARINT > MAX_BYTES) {
                known = offset;
                break;
            }
            writeVarint(deltas, offset - previous);
            previous = offset;
        }
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        writeVarint(all, known - committed);
        all.writeBytes(deltas.toByteArray());
        return PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(all.toByteArray());
    }

    /** Reads commit metadata; anything that this class did not write gives {@link #none}. */
    public static OffsetHint decode(long committed, String metadata) {
        if (!metadata.startsWith(PREFIX)) {
            return none(committed);
        }
        try {
            ByteBuffer bytes =
                    ByteBuffer.wrap(
                            Base64.getUrlDecoder().decode(metadata.substring(PREFIX.length())));
            long upTo = Math.addExact(committed, readVarint(bytes));
            SortedSet<Long> unfinished = new TreeSet<>();
            long offset = committed;
            while (bytes.hasRemaining()) {
                offset = Math.addExact(offset, readVarint(bytes));
                unfinished.add(offset);
            }
            return new OffsetHint(upTo, unfinished);
        } catch (IllegalArgumentException | ArithmeticException e) {
            return none(committed);
        }
    }

    private static void writeVarint(ByteArrayOutputStream out, long value) {
        if (value < 0) {
            throw new IllegalArgumentException("an unfinished offset lies below the committed one");
        }
        long rest = value;
        while (rest >= 0x80) {
            out.write((int) (rest & 0x7f) | 0x80);
            rest >>>= 7;
        }
        out.write((int) rest);
    }

    private static long readVarint(ByteBuffer bytes) {
        long value = 0;
        for (int shift = 0; shift < 63; shift += 7) {
            if (!bytes.hasRemaining()) {
                throw new IllegalArgumentException("truncated");
            }
            byte next = bytes.get();
            value |= (long) (next & 0x7f) << shift;
            if (next >= 0) {
                return value;
            }
        }
        throw new IllegalArgumentException("not a varint");
    }
}
