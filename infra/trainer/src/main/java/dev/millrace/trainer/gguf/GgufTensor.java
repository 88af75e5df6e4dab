package dev.millrace.trainer.gguf;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * A named block of numbers as it stands in the file.
 *
 * @param dimensions the length of a row first, as GGUF has it; one dimension for a single row
 * @param type GGUF's number of the element type
 * @param data little-endian elements, row after row
 */
public record GgufTensor(String name, List<Long> dimensions, int type, byte[] data) {

    public static final int F32 = 0;
    public static final int F16 = 1;

    public GgufTensor {
        dimensions = List.copyOf(dimensions);
    }

    public static GgufTensor full(String name, float[][] rows) {
        ByteBuffer data = buffer(rows, Float.BYTES);
        for (float[] row : rows) {
            for (float v : row) {
                data.putFloat(v);
            }
        }
        return new GgufTensor(name, dimensions(rows), F32, data.array());
    }

    public static GgufTensor half(String name, float[][] rows) {
        ByteBuffer data = buffer(rows, Short.BYTES);
        for (float[] row : rows) {
            for (float v : row) {
                data.putShort(Float.floatToFloat16(v));
            }
        }
        return new GgufTensor(name, dimensions(rows), F16, data.array());
    }

    private static ByteBuffer buffer(float[][] rows, int elementSize) {
        int size = Math.multiplyExact(rows.length * elementSize, rows[0].length);
        return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static List<Long> dimensions(float[][] rows) {
        long columns = rows[0].length;
        return rows.length == 1 ? List.of(columns) : List.of(columns, (long) rows.length);
    }
}
