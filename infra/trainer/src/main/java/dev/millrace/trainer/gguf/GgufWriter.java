package dev.millrace.trainer.gguf;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** Writes GGUF version 3: a header, keys with values, the table of tensors, then aligned data. */
public final class GgufWriter {

    public static final int ALIGNMENT = 32;

    private static final int VERSION = 3;
    private static final int UINT32 = 4;
    private static final int INT32 = 5;
    private static final int FLOAT32 = 6;
    private static final int BOOL = 7;
    private static final int STRING = 8;
    private static final int ARRAY = 9;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    private GgufWriter() {}

    /**
     * The bytes of a file.
     *
     * @param keys in file order; values are {@code Integer} (written unsigned), {@code Float},
     *     {@code Boolean}, {@code String}, a list of strings, or an {@code int[]}
     */
    public static byte[] write(Map<String, Object> keys, List<GgufTensor> tensors) {
        GgufWriter writer = new GgufWriter();
        writer.header(keys, tensors);
        writer.data(tensors);
        return writer.out.toByteArray();
    }

    private void header(Map<String, Object> keys, List<GgufTensor> tensors) {
        out.writeBytes("GGUF".getBytes(StandardCharsets.US_ASCII));
        int32(VERSION);
        int64(tensors.size());
        int64(keys.size());
        keys.forEach(
                (key, value) -> {
                    string(key);
                    value(key, value);
                });
        long offset = 0;
        for (GgufTensor tensor : tensors) {
            string(tensor.name());
            int32(tensor.dimensions().size());
            tensor.dimensions().forEach(this::int64);
            int32(tensor.type());
            int64(offset);
            offset += aligned(tensor.data().length);
        }
        pad();
    }

    private void data(List<GgufTensor> tensors) {
        for (GgufTensor tensor : tensors) {
            out.writeBytes(tensor.data());
            pad();
        }
    }

    private void value(String key, Object value) {
        switch (value) {
            case Integer number -> {
                int32(UINT32);
                int32(number);
            }
            case Float number -> {
                int32(FLOAT32);
                int32(Float.floatToIntBits(number));
            }
            case Boolean flag -> {
                int32(BOOL);
                out.write(flag ? 1 : 0);
            }
            case String text -> {
                int32(STRING);
                string(text);
            }
            case int[] numbers -> {
                array(INT32, numbers.length);
                for (int number : numbers) {
                    int32(number);
                }
            }
            case List<?> texts -> {
                array(STRING, texts.size());
                texts.forEach(text -> string(text.toString()));
            }
            default ->
                    throw new IllegalArgumentException("key " + key + " is a " + value.getClass());
        }
    }

    private void array(int type, int length) {
        int32(ARRAY);
        int32(type);
        int64(length);
    }

    private void string(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        int64(bytes.length);
        out.writeBytes(bytes);
    }

    private void int32(int value) {
        out.writeBytes(buffer(Integer.BYTES).putInt(value).array());
    }

    private void int64(long value) {
        out.writeBytes(buffer(Long.BYTES).putLong(value).array());
    }

    private void pad() {
        while (out.size() % ALIGNMENT != 0) {
            out.write(0);
        }
    }

    private static ByteBuffer buffer(int size) {
        return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static long aligned(long size) {
        return Math.ceilDiv(size, (long) ALIGNMENT) * ALIGNMENT;
    }
}
