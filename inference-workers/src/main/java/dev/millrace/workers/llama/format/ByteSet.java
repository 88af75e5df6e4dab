package dev.millrace.workers.llama.format;

/** Some of the 256 bytes, a bit each. */
record ByteSet(long first, long second, long third, long fourth) {

    static final ByteSet NONE = new ByteSet(0, 0, 0, 0);

    static ByteSet range(int from, int to) {
        long[] words = new long[4];
        for (int b = from; b <= to; b++) {
            words[b >> 6] |= 1L << b;
        }
        return new ByteSet(words[0], words[1], words[2], words[3]);
    }

    ByteSet and(ByteSet other) {
        return new ByteSet(
                first | other.first,
                second | other.second,
                third | other.third,
                fourth | other.fourth);
    }

    boolean has(byte value) {
        int b = value & 0xff;
        long word =
                switch (b >> 6) {
                    case 0 -> first;
                    case 1 -> second;
                    case 2 -> third;
                    default -> fourth;
                };
        return (word >>> b & 1) != 0;
    }
}
