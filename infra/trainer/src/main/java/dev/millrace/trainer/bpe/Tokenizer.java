package dev.millrace.trainer.bpe;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Text to token ids and back. Ids 0 to 2 are control tokens, then come the 256 bytes, then the
 * merges in the order in which they were learnt.
 */
public final class Tokenizer {

    public static final int BEGIN = 0;
    public static final int END = 1;
    public static final int PADDING = 2;

    private static final List<String> CONTROL = List.of("<|begin|>", "<|end|>", "<|pad|>");

    static final int FIRST_MERGE = CONTROL.size() + 256;

    private final List<Merge> merges;
    private final List<String> tokens;
    private final Map<String, Integer> ids = new HashMap<>();
    private final Map<Merge, Integer> ranks = new HashMap<>();

    Tokenizer(List<Merge> merges) {
        this.merges = List.copyOf(merges);
        for (Merge merge : merges) {
            ranks.put(merge, ranks.size());
        }
        Stream<String> bytes = IntStream.range(0, 256).mapToObj(ByteSymbols::symbol);
        Stream<String> joined = merges.stream().map(Merge::joined);
        // Two merges can make the same token, and llama.cpp aborts on a token that is there twice.
        tokens =
                Stream.of(CONTROL.stream(), bytes, joined)
                        .flatMap(Function.identity())
                        .distinct()
                        .toList();
        for (int id = 0; id < tokens.size(); id++) {
            ids.put(tokens.get(id), id);
        }
    }

    public int size() {
        return tokens.size();
    }

    public List<String> tokens() {
        return tokens;
    }

    public List<Merge> merges() {
        return merges;
    }

    public static boolean isControl(int id) {
        return id < CONTROL.size();
    }

    /** The ids of a text. Control tokens are never produced, whatever the text says. */
    public int[] encode(String text) {
        return Words.split(text).stream()
                .map(ByteSymbols::symbols)
                .flatMap(word -> merged(word).stream())
                .mapToInt(symbol -> ids.getOrDefault(symbol, PADDING))
                .toArray();
    }

    private List<String> merged(String word) {
        List<String> symbols = BpeTrainer.letters(word);
        while (true) {
            Merge best = null;
            int bestRank = Integer.MAX_VALUE;
            for (int i = 0; i + 1 < symbols.size(); i++) {
                Merge pair = new Merge(symbols.get(i), symbols.get(i + 1));
                int rank = ranks.getOrDefault(pair, Integer.MAX_VALUE);
                if (rank < bestRank) {
                    best = pair;
                    bestRank = rank;
                }
            }
            if (best == null) {
                return symbols;
            }
            symbols = BpeTrainer.apply(best, symbols);
        }
    }

    /** The text of the ids; control tokens have none. */
    public String decode(int... idsOfText) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        Arrays.stream(idsOfText)
                .filter(id -> !isControl(id))
                .mapToObj(tokens::get)
                .map(ByteSymbols::bytes)
                .forEach(bytes::writeBytes);
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
