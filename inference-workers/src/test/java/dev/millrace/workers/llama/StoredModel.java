package dev.millrace.workers.llama;

import dev.millrace.trainer.grad.CrossEntropy;
import dev.millrace.trainer.grad.Segments;
import dev.millrace.trainer.grad.Tape;
import dev.millrace.trainer.model.LanguageModel;
import dev.millrace.trainer.model.LlamaModel;
import dev.millrace.trainer.model.MambaModel;
import dev.millrace.trainer.model.Parameter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * A shipped model, computed by the trainer's own code from the numbers in the file: what llama.cpp
 * says can be held against it.
 */
final class StoredModel {

    private static final int F32 = 0;
    private static final int F16 = 1;
    private static final int ALIGNMENT = 32;

    private final Map<String, Object> keys = new HashMap<>();
    private final Map<String, float[]> numbers = new HashMap<>();
    private final LanguageModel model;

    private record Entry(String name, int size, int type, long offset) {}

    private StoredModel(byte[] file) {
        read(ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN));
        this.model = model(String.valueOf(keys.get("general.architecture")));
        model.parameters().forEach(this::fill);
    }

    static StoredModel read(Path file) throws IOException {
        return new StoredModel(Files.readAllBytes(file));
    }

    /** Mean surprise of each token after the first, in nats. */
    double meanNats(int... ids) {
        int asked = ids.length - 1;
        int[] read = Arrays.copyOf(ids, asked);
        int[] positions = IntStream.range(0, asked).toArray();
        return CrossEntropy.of(
                model.logits(new Tape(), read, new Segments(0, asked), positions),
                Arrays.copyOfRange(ids, 1, ids.length));
    }

    List<?> tokens() {
        return (List<?>) keys.getOrDefault("tokenizer.ggml.tokens", List.of());
    }

    private LanguageModel model(String architecture) {
        int vocabulary = tokens().size();
        int width = number(architecture + ".embedding_length");
        int blocks = number(architecture + ".block_count");
        return architecture.equals("llama")
                ? new LlamaModel(
                        new LlamaModel.Shape(
                                vocabulary,
                                width,
                                blocks,
                                number("llama.attention.head_count"),
                                number("llama.feed_forward_length")),
                        1)
                : new MambaModel(
                        new MambaModel.Shape(
                                vocabulary, width, blocks, number("mamba.ssm.state_size")),
                        1);
    }

    private int number(String key) {
        return ((Number) keys.getOrDefault(key, 0)).intValue();
    }

    /** Puts what stands in the file where the trainer's code expects it. */
    private void fill(Parameter parameter) {
        float[] stored = numbers.getOrDefault(parameter.name(), new float[0]);
        float[][] value = parameter.matrix().value;
        int rows = parameter.matrix().rows;
        int columns = parameter.matrix().columns;
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
                value[i][j] =
                        switch (parameter.storage()) {
                            case WEIGHT -> stored[j * rows + i];
                            case TABLE, EXACT -> stored[i * columns + j];
                            case DECAY -> (float) Math.log(-stored[i * columns + j]);
                        };
            }
        }
    }

    private void read(ByteBuffer in) {
        in.position(8);
        long tensors = in.getLong();
        long count = in.getLong();
        for (long i = 0; i < count; i++) {
            String key = text(in);
            keys.put(key, value(in, in.getInt()));
        }
        List<Entry> entries = new ArrayList<>();
        for (long i = 0; i < tensors; i++) {
            String name = text(in);
            int rank = in.getInt();
            int size = 1;
            for (int d = 0; d < rank; d++) {
                size = Math.multiplyExact(size, Math.toIntExact(in.getLong()));
            }
            entries.add(new Entry(name, size, in.getInt(), in.getLong()));
        }
        int start = Math.ceilDiv(in.position(), ALIGNMENT) * ALIGNMENT;
        for (Entry entry : entries) {
            in.position(Math.toIntExact(start + entry.offset()));
            float[] values = new float[entry.size()];
            for (int i = 0; i < values.length; i++) {
                values[i] =
                        switch (entry.type()) {
                            case F32 -> in.getFloat();
                            case F16 -> Float.float16ToFloat(in.getShort());
                            default -> throw new IllegalArgumentException("type " + entry.type());
                        };
            }
            numbers.put(entry.name(), values);
        }
    }

    private static Object value(ByteBuffer in, int type) {
        return switch (type) {
            case 4, 5 -> in.getInt();
            case 6 -> in.getFloat();
            case 7 -> in.get() != 0;
            case 8 -> text(in);
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

    private static String text(ByteBuffer in) {
        byte[] bytes = new byte[Math.toIntExact(in.getLong())];
        in.get(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
