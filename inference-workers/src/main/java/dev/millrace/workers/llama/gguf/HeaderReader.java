package dev.millrace.workers.llama.gguf;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Reads the header of a GGUF file: keys with values, then the table of tensors. */
final class HeaderReader {

    static final int MAGIC = 0x46554747;
    static final int OLDEST_VERSION = 2;
    static final int NEWEST_VERSION = 3;
    static final int MOST_KEYS = 4096;
    static final int LONGEST_KEY = 256;
    static final int LONGEST_TEXT = 1 << 20;
    static final int LONGEST_ARRAY = 4_000_000;
    static final int MOST_TENSORS = 16_384;

    /** llama.cpp keeps names in 64 bytes, the closing zero included. */
    static final int LONGEST_NAME = 63;

    static final int MOST_DIMENSIONS = 4;
    static final long LONGEST_DIMENSION = 1L << 31;

    static final String TOKENS = "tokenizer.ggml.tokens";
    static final String ALIGNMENT = "general.alignment";
    static final int LARGEST_ALIGNMENT = 1 << 16;

    private final HeaderInput in;

    HeaderReader(HeaderInput in) {
        this.in = in;
    }

    /**
     * @param dataStart where the data section begins, in bytes from the start of the file
     */
    record Header(Map<String, Value> keys, List<Tensor> tensors, long dataStart) {}

    Header read() throws IOException, InvalidGgufException {
        if (in.int32("magic number") != MAGIC) {
            throw new InvalidGgufException("byte 0", "not a GGUF file");
        }
        int version = in.int32("version");
        if (version < OLDEST_VERSION || version > NEWEST_VERSION) {
            throw in.wrong("GGUF version " + version + ", known are 2 and 3");
        }
        int tensorCount = in.count("number of tensors", MOST_TENSORS);
        int keyCount = in.count("number of keys", MOST_KEYS);
        Map<String, Value> keys = keys(keyCount);
        int alignment = alignment(keys);
        List<Tensor> tensors = tensors(tensorCount);
        long dataStart = aligned(in.position(), alignment);
        checkData(tensors, alignment, dataStart);
        return new Header(keys, tensors, dataStart);
    }

    private Map<String, Value> keys(int count) throws IOException, InvalidGgufException {
        Map<String, Value> keys = new LinkedHashMap<>();
        for (int i = 0; i < count; i++) {
            String key = in.string("key " + i, LONGEST_KEY);
            if (key.isEmpty()) {
                throw in.wrong("key " + i + " is empty");
            }
            if (keys.putIfAbsent(key, value(key)) != null) {
                throw in.wrong("key " + key + " comes twice");
            }
        }
        return keys;
    }

    private Value value(String key) throws IOException, InvalidGgufException {
        String what = "value of " + key;
        int code = in.int32("type of " + key);
        return switch (code) {
            case 0 -> new Value.Whole(code, in.int8(what) & 0xff);
            case 1 -> new Value.Whole(code, in.int8(what));
            case 2, 3 -> new Value.Whole(code, (in.int8(what) & 0xff) | (in.int8(what) << 8));
            case ValueType.UINT32 -> new Value.Whole(code, in.int32(what) & 0xffffffffL);
            case ValueType.INT32 -> new Value.Whole(code, in.int32(what));
            case ValueType.FLOAT32 -> new Value.Real(code, Float.intBitsToFloat(in.int32(what)));
            case ValueType.BOOL -> new Value.Flag(in.int8(what) != 0);
            case ValueType.STRING -> new Value.Text(in.string(what, LONGEST_TEXT));
            case ValueType.ARRAY -> array(key, what);
            case 10, 11 -> new Value.Whole(code, in.int64(what));
            case ValueType.FLOAT64 -> new Value.Real(code, Double.longBitsToDouble(in.int64(what)));
            default -> throw in.wrong("key " + key + " has the unknown type " + code);
        };
    }

    private Value array(String key, String what) throws IOException, InvalidGgufException {
        int element = in.int32("element type of " + key);
        if (!ValueType.isKnown(element) || element == ValueType.ARRAY) {
            throw in.wrong("key " + key + " is an array of " + ValueType.name(element));
        }
        int count = in.count("length of " + key, LONGEST_ARRAY);
        if (element != ValueType.STRING) {
            in.skip(what, (long) count * ValueType.size(element));
            return new Value.Many(element, count);
        }
        if (key.equals(TOKENS)) {
            return new Value.Tokens(Vocabulary.read(in, count));
        }
        for (int i = 0; i < count; i++) {
            in.string(key + "[" + i + "]", Vocabulary.LONGEST_TOKEN);
        }
        return new Value.Many(element, count);
    }

    private static int alignment(Map<String, Value> keys) throws InvalidGgufException {
        Value value = keys.getOrDefault(ALIGNMENT, new Value.Whole(ValueType.UINT32, 32));
        if (!(value instanceof Value.Whole whole) || whole.code() != ValueType.UINT32) {
            throw new InvalidGgufException("key " + ALIGNMENT, "is not a uint32");
        }
        long alignment = whole.number();
        if (Long.bitCount(alignment) != 1 || alignment < 8 || alignment > LARGEST_ALIGNMENT) {
            throw new InvalidGgufException(
                    "key " + ALIGNMENT,
                    alignment + " is not a power of two from 8 to " + LARGEST_ALIGNMENT);
        }
        return (int) alignment;
    }

    private List<Tensor> tensors(int count) throws IOException, InvalidGgufException {
        List<Tensor> tensors = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (int i = 0; i < count; i++) {
            String name = in.string("name of tensor " + i, LONGEST_NAME);
            if (!names.add(name)) {
                throw in.wrong("tensor " + name + " comes twice");
            }
            tensors.add(tensor(name));
        }
        return tensors;
    }

    private Tensor tensor(String name) throws IOException, InvalidGgufException {
        int rank = in.int32("rank of " + name);
        if (rank < 1 || rank > MOST_DIMENSIONS) {
            throw in.wrong("tensor " + name + " has " + rank + " dimensions, allowed are 1 to 4");
        }
        List<Long> dimensions = new ArrayList<>();
        for (int d = 0; d < rank; d++) {
            long length = in.int64("dimension of " + name);
            if (length < 1 || length > LONGEST_DIMENSION) {
                throw in.wrong("tensor " + name + " has a dimension of " + length);
            }
            dimensions.add(length);
        }
        int code = in.int32("type of " + name);
        TensorType type = TensorType.of(code).orElse(null);
        if (type == null) {
            throw in.wrong("tensor " + name + " has the unsupported type " + code);
        }
        long bytes = bytes(name, type, dimensions);
        while (dimensions.size() > 1 && dimensions.getLast() == 1) {
            dimensions.removeLast();
        }
        return new Tensor(name, type, dimensions, in.int64("offset of " + name), bytes);
    }

    private long bytes(String name, TensorType type, List<Long> dimensions)
            throws InvalidGgufException {
        if (dimensions.getFirst() % type.blockElements != 0) {
            throw in.wrong(
                    "tensor "
                            + name
                            + " has rows of "
                            + dimensions.getFirst()
                            + ", not a multiple of "
                            + type.blockElements
                            + " as "
                            + type
                            + " needs");
        }
        try {
            long elements = 1;
            for (long length : dimensions) {
                elements = Math.multiplyExact(elements, length);
            }
            return Math.multiplyExact(elements / type.blockElements, (long) type.blockBytes);
        } catch (ArithmeticException e) {
            throw in.wrong("tensor " + name + " is larger than any file");
        }
    }

    /** Tensors lie one after the other, each aligned, and the last one ends within the file. */
    private void checkData(List<Tensor> tensors, int alignment, long dataStart)
            throws InvalidGgufException {
        long fileSize = in.position() + in.remaining();
        long expected = 0;
        for (Tensor tensor : tensors) {
            String where = "tensor " + tensor.name();
            if (tensor.offset() != expected) {
                throw new InvalidGgufException(
                        where, "offset is " + tensor.offset() + ", expected " + expected);
            }
            if (tensor.bytes() > fileSize - dataStart - expected) {
                throw new InvalidGgufException(where, "reaches beyond the end of the file");
            }
            expected += aligned(tensor.bytes(), alignment);
        }
    }

    private static long aligned(long position, int alignment) {
        return (position + alignment - 1) & -alignment;
    }
}
