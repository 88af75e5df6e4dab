package dev.millrace.bench;

import java.util.Arrays;
import java.util.Random;

/** Prose of no meaning, the same in every run: prompts, and the floor's ballast. */
final class Text {
    private static final String[] WORDS =
            ("the river carries water past an old mill where a wheel turns slowly and grain becomes flour while"
                            + " people wait for bread and talk about weather roads markets letters music harvest boats"
                            + " winter evenings stories neighbours gardens bridges stones light rain wind and time")
                    .split(" ", -1);
    private static final int LENGTH = 1 << 16;
    private static final byte[] PROSE = prose(new Random(25));

    /**
     * Differs from index to index.
     *
     * @param length at most 32768
     */
    static byte[] piece(int index, int length) {
        int from = Math.floorMod(index * 31, LENGTH / 2);
        return Arrays.copyOfRange(PROSE, from, from + length);
    }

    private static byte[] prose(Random random) {
        byte[] prose = new byte[LENGTH];
        int at = 0;
        while (at < LENGTH) {
            String word = WORDS[random.nextInt(WORDS.length)];
            for (int i = 0; i < word.length() && at < LENGTH; i++) {
                prose[at++] = (byte) word.charAt(i);
            }
            if (at < LENGTH) {
                prose[at++] = ' ';
            }
        }
        return prose;
    }

    private Text() {}
}
