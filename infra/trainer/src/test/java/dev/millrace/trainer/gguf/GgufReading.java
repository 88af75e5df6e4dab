package dev.millrace.trainer.gguf;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads what the writer wrote, from the format's description and not from the writer's code. */
final class GgufReading {

    final Map<String, Object> keys = new LinkedHashMap<>();
    final Map<String, List<Long>> dimensions = new LinkedHashMap<>();
    final Map<String, float[]> numbers = new LinkedHashMap<>();

    private record Entry(String name, int type, long offset) {}

    GgufReading(byte[] file) {
        ByteBuffer in = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
        if (in.getInt() != 0x46554747 || in.getInt() != 3) {
            throw new IllegalArgumentException("not GGUF version 3");
        }
        long tensors = in.getLong();
        long count = in.getLong();
        for (long i = 0; i < count; i++) {
            String key = string(in);
            keys.put(key, value(in, in.getInt()));
        }
        List<Entry> entries = new ArrayList<>();
        for (long i = 0; i < tensors; i++) {
            String name = string(in);
            List<Long> lengths = new ArrayList<>();
            int rank = in.getInt();
            for (int d = 0; d < rank; d++) {
                lengths.add(in.getLong());
            }
            dimensions.put(name, lengths);
            entries.add(new Entry(name, in.getInt(), in.getLong()));
        }
        int start = Math.ceilDiv(in.position(), 32) * 32;
        entries.forEach(entry -> numbers.put(entry.name(), numbers(in, entry, start)));
    }

    private float[] numbers(ByteBuffer in, Entry entry, int start) {
        if (entry.offset() % 32 != 0) {
            throw new IllegalArgumentException(entry.name() + " is not aligned");
        }
        in.position(Math.toIntExact(start + entry.offset()));
        long size =
                dimensions.getOrDefault(entry.name(), List.of()).stream()
                        .reduce(1L, Math::multiplyExact);
        float[] values = new float[Math.toIntExact(size)];
        for (int i = 0; i < values.length; i++) {
            values[i] = entry.type() == 0 ? in.getFloat() : Float.float16ToFloat(in.getShort());
        }
        return values;
    }

    private static Object value(ByteBuffer in, int type) {
        return switch (type) {
            case 4, 5 -> in.getInt();
            case 6 -> in.getFloat();
            case 7 -> in.get() != 0;
            case 8 -> string(in);
            case 9 -> {
                int element = in.getInt();
                long length = in.getLong();
                List<Object> values = new ArrayList<>();
                for (long i = 0; i < length; i++) {
                    values.add(value(in, element));
                }
                yield values;
            }
            default -> throw new IllegalArgumentException("type " + type);
        };
    }

    private static String string(ByteBuffer in) {
        byte[] bytes = new byte[Math.toIntExact(in.getLong())];
        in.get(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
