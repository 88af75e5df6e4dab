package dev.millrace.workers.intake;

import dev.millrace.workers.intake.Standing.Kind;
import java.io.ByteArrayOutputStream;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What is known beyond a committed offset: below {@code upTo} everything is finished, except the
 * offsets named, and where each of those stands. It travels in the commit's metadata and only saves
 * work: a lost or unreadable hint makes finished jobs run again, which is allowed, and never skips
 * one that is not finished.
 *
 * @param upTo exclusive; the committed offset where nothing is known
 * @param unfinished offsets from the committed one on, all below {@code upTo}
 * @param handedOver whether it is the last word of an owner that started nothing more afterwards
 */
public record OffsetHint(long upTo, SortedMap<Long, Standing> unfinished, boolean handedOver) {
    /** The broker's default for {@code offset.metadata.max.bytes} is 4096. */
    public static final int MAX_CHARS = 3_500;

    private static final String PREFIX = "mr2:";
    private static final int MAX_BYTES = (MAX_CHARS - PREFIX.length()) / 4 * 3;
    private static final int LONGEST_VARINT = 10;
    private static final int MOST_RUNNERS = 64;
    private static final Kind[] KINDS = Kind.values();

    public OffsetHint {
        unfinished = new TreeMap<>(unfinished);
        if (!unfinished.isEmpty() && unfinished.lastKey() >= upTo) {
            throw new IllegalArgumentException(
                    "an unfinished offset lies at or above upTo=" + upTo);
        }
    }

    /** Nothing is known beyond the committed offset. */
    public static OffsetHint none(long committed) {
        return new OffsetHint(committed, new TreeMap<>(), false);
    }

    /**
     * What either of two knows: a record is unfinished only where neither says that it has
     * finished, and stands where this one says if it says anything.
     */
    public OffsetHint or(OffsetHint other) {
        SortedMap<Long, Standing> neither = new TreeMap<>();
        other.unfinished.forEach(
                (offset, standing) -> {
                    if (!isFinished(offset)) {
                        neither.put(offset, standing);
                    }
                });
        unfinished.forEach(
                (offset, standing) -> {
                    if (!other.isFinished(offset)) {
                        neither.put(offset, standing);
                    }
                });
        return new OffsetHint(Math.max(upTo, other.upTo), neither, handedOver);
    }

    /** Whether a record had finished when this was committed. */
    public boolean isFinished(long offset) {
        return offset < upTo && !unfinished.containsKey(offset);
    }

    /**
     * As commit metadata: at most {@link #MAX_CHARS} characters. Where the offsets do not fit,
     * {@code upTo} is lowered to the first that is left out.
     *
     * @param committed the offset that the metadata is committed with, not above any unfinished one
     */
    public String encode(long committed) {
        if (upTo <= committed && !handedOver) {
            return "";
        }
        List<Long> runners = new ArrayList<>();
        ByteArrayOutputStream entries = new ByteArrayOutputStream();
        long previous = committed;
        long known = Math.max(upTo, committed);
        for (Map.Entry<Long, Standing> each : unfinished.entrySet()) {
            int runner = index(runners, each.getValue().runner());
            int size = entries.size() + (runners.size() + 1) * Long.BYTES + 4 * LONGEST_VARINT;
            if (size > MAX_BYTES || runner >= MOST_RUNNERS) {
                known = each.getKey();
                break;
            }
            writeVarint(entries, each.getKey() - previous);
            writeVarint(entries, (long) runner << 2 | each.getValue().kind().ordinal());
            previous = each.getKey();
        }
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        writeVarint(all, (known - committed) << 1 | (handedOver ? 1 : 0));
        writeVarint(all, runners.size());
        runners.forEach(
                runner -> all.writeBytes(ByteBuffer.allocate(Long.BYTES).putLong(runner).array()));
        all.writeBytes(entries.toByteArray());
        return PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(all.toByteArray());
    }

    /** A runner's place in the list, which it is added to; no runner is at 0. */
    private static int index(List<Long> runners, long runner) {
        if (runner == 0) {
            return 0;
        }
        int at = runners.indexOf(runner);
        if (at < 0 && runners.size() < MOST_RUNNERS) {
            runners.add(runner);
            return runners.size() - 1;
        }
        return at < 0 ? MOST_RUNNERS : at;
    }

    /** Reads commit metadata; anything that this class did not write gives {@link #none}. */
    public static OffsetHint decode(long committed, String metadata) {
        if (!metadata.startsWith(PREFIX)) {
            return none(committed);
        }
        try {
            return decode(
                    committed,
                    ByteBuffer.wrap(
                            Base64.getUrlDecoder().decode(metadata.substring(PREFIX.length()))));
        } catch (IllegalArgumentException | ArithmeticException | BufferUnderflowException e) {
            return none(committed);
        }
    }

    private static OffsetHint decode(long committed, ByteBuffer bytes) {
        long head = readVarint(bytes);
        long upTo = Math.addExact(committed, head >>> 1);
        long[] runners = new long[bounded(readVarint(bytes), MOST_RUNNERS)];
        for (int i = 0; i < runners.length; i++) {
            runners[i] = bytes.getLong();
        }
        SortedMap<Long, Standing> unfinished = new TreeMap<>();
        long offset = committed;
        while (bytes.hasRemaining()) {
            offset = Math.addExact(offset, readVarint(bytes));
            long code = readVarint(bytes);
            Kind kind = KINDS[(int) (code & 3)];
            unfinished.put(
                    offset,
                    Standing.hasRunner(kind)
                            ? new Standing(kind, runners[bounded(code >>> 2, runners.length - 1)])
                            : new Standing(kind, 0));
        }
        return new OffsetHint(upTo, unfinished, (head & 1) == 1);
    }

    private static int bounded(long value, int most) {
        if (value < 0 || value > most) {
            throw new IllegalArgumentException("value=" + value + " is over " + most);
        }
        return (int) value;
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
            byte next = bytes.get();
            value |= (long) (next & 0x7f) << shift;
            if (next >= 0) {
                return value;
            }
        }
        throw new IllegalArgumentException("not a varint");
    }
}
