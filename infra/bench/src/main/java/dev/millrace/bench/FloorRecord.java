package dev.millrace.bench;

import dev.millrace.bench.Line.Mark;
import java.nio.ByteBuffer;

/**
 * A record of the floor: whose job it is, and ballast of a given size. There is no schema and
 * nothing to decide.
 */
final class FloorRecord {
    private static final int HEADER = Integer.BYTES * 3;

    static byte[] of(Mark mark, int tenant, int bytes) {
        return ByteBuffer.allocate(Math.max(HEADER, bytes))
                .putInt(mark.run())
                .putInt(mark.index())
                .putInt(tenant)
                .put(Text.piece(mark.index(), Math.max(0, bytes - HEADER)))
                .array();
    }

    static Mark mark(byte[] value) {
        ByteBuffer buffer = ByteBuffer.wrap(value);
        return new Mark(buffer.getInt(), buffer.getInt());
    }

    static int tenant(byte[] value) {
        return ByteBuffer.wrap(value).getInt(Integer.BYTES * 2);
    }

    private FloorRecord() {}
}
