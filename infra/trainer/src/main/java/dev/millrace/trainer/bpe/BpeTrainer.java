package dev.millrace.trainer.bpe;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** Learns merges: the most frequent pair of neighbours becomes one symbol, again and again. */
public final class BpeTrainer {

    private BpeTrainer() {}

    /**
     * Learns a tokenizer with at most {@code vocabularySize} tokens from the texts. The same texts
     * in any order give the same tokenizer.
     */
    public static Tokenizer train(List<String> texts, int vocabularySize) {
        // Sorted, so that nothing depends on hash order.
        Map<String, Integer> frequency = new TreeMap<>();
        for (String text : texts) {
            for (String word : Words.split(text)) {
                frequency.merge(ByteSymbols.symbols(word), 1, Integer::sum);
            }
        }
        Map<String, List<String>> words = new TreeMap<>();
        frequency.keySet().forEach(word -> words.put(word, letters(word)));

        List<Merge> merges = new ArrayList<>();
        Set<String> learnt = new HashSet<>();
        while (Tokenizer.FIRST_MERGE + learnt.size() < vocabularySize) {
            Optional<Merge> best = mostFrequent(words, frequency);
            if (best.isEmpty()) {
                break;
            }
            Merge merge = best.get();
            words.replaceAll((word, symbols) -> apply(merge, symbols));
            merges.add(merge);
            learnt.add(merge.joined());
        }
        return new Tokenizer(merges);
    }

    private static Optional<Merge> mostFrequent(
            Map<String, List<String>> words, Map<String, Integer> frequency) {
        Map<Merge, Integer> pairs = new HashMap<>();
        words.forEach(
                (word, symbols) -> {
                    for (int i = 0; i + 1 < symbols.size(); i++) {
                        Merge pair = new Merge(symbols.get(i), symbols.get(i + 1));
                        pairs.merge(pair, frequency.getOrDefault(word, 0), Integer::sum);
                    }
                });
        return pairs.entrySet().stream()
                .filter(pair -> pair.getValue() > 1)
                .max(
                        Map.Entry.<Merge, Integer>comparingByValue()
                                .thenComparing(
                                        Map.Entry.<Merge, Integer>comparingByKey().reversed()))
                .map(Map.Entry::getKey);
    }

    static List<String> letters(String symbols) {
        return symbols.chars().mapToObj(c -> String.valueOf((char) c)).toList();
    }

    static List<String> apply(Merge merge, List<String> symbols) {
        List<String> merged = new ArrayList<>(symbols.size());
        for (int i = 0; i < symbols.size(); i++) {
            boolean pair =
                    i + 1 < symbols.size()
                            && symbols.get(i).equals(merge.left())
                            && symbols.get(i + 1).equals(merge.right());
            merged.add(pair ? merge.joined() : symbols.get(i));
            i += pair ? 1 : 0;
        }
        return merged;
    }
}
