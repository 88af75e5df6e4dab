package dev.millrace.workers.llama.gguf;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/**
 * What the checks need to know of the token texts.
 *
 * @param size how many there are
 * @param longestBytes the longest of them: no token stands for more bytes of a prompt than that
 */
record Vocabulary(int size, int longestBytes, Bytes bytes) {

    /** Which of the 256 byte values have a token of their own, under each of the two spellings. */
    record Bytes(OptionalInt missingSymbol, OptionalInt missingHex) {}

    static final int MOST_TOKENS = 300_000;
    static final int LONGEST_TOKEN = 4096;

    static Vocabulary read(HeaderInput in, int count) throws IOException, InvalidGgufException {
        if (count > MOST_TOKENS) {
            throw in.wrong(count + " tokens, the limit is " + MOST_TOKENS);
        }
        Map<String, Integer> ids = new HashMap<>();
        int longest = 1;
        for (int id = 0; id < count; id++) {
            String token = in.string("token " + id, LONGEST_TOKEN);
            if (token.isEmpty()) {
                throw in.wrong("token " + id + " is empty");
            }
            Integer earlier = ids.putIfAbsent(token, id);
            if (earlier != null) {
                throw in.wrong("token " + id + " is the same as token " + earlier);
            }
            longest = Math.max(longest, token.getBytes(StandardCharsets.UTF_8).length);
        }
        Bytes bytes =
                new Bytes(
                        firstMissing(ids, symbols()),
                        firstMissing(
                                ids,
                                IntStream.range(0, 256)
                                        .mapToObj(b -> String.format(Locale.ROOT, "<0x%02X>", b))
                                        .toArray(String[]::new)));
        return new Vocabulary(count, longest, bytes);
    }

    private static OptionalInt firstMissing(Map<String, Integer> ids, String[] spellings) {
        return IntStream.range(0, 256).filter(b -> !ids.containsKey(spellings[b])).findFirst();
    }

    /** GPT-2's printable stand-ins for bytes. */
    private static String[] symbols() {
        String[] symbols = new String[256];
        char next = 256;
        for (int b = 0; b < 256; b++) {
            boolean printable = (b > 32 && b < 127) || (b > 160 && b != 173);
            symbols[b] = String.valueOf(printable ? (char) b : next++);
        }
        return symbols;
    }
}
