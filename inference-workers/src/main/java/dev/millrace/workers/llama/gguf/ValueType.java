package dev.millrace.workers.llama.gguf;

/** GGUF's codes for the types of values. */
final class ValueType {

    static final int UINT32 = 4;
    static final int INT32 = 5;
    static final int FLOAT32 = 6;
    static final int BOOL = 7;
    static final int STRING = 8;
    static final int ARRAY = 9;
    static final int FLOAT64 = 12;

    private static final String[] NAMES = {
        "uint8", "int8", "uint16", "int16", "uint32", "int32", "float32", "bool", "string", "array",
        "uint64", "int64", "float64"
    };

    private static final int[] SIZES = {1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8};

    private ValueType() {}

    static boolean isKnown(int code) {
        return code >= 0 && code < NAMES.length;
    }

    static String name(int code) {
        return isKnown(code) ? NAMES[code] : "type " + code;
    }

    /** Bytes of one value; zero for strings and arrays. */
    static int size(int code) {
        return SIZES[code];
    }
}
