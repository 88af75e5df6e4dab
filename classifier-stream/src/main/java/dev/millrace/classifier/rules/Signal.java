package dev.millrace.classifier.rules;

import java.util.List;

/**
 * A phrase that speaks for something.
 *
 * @param group what it speaks for
 * @param words in lower case; one that ends in {@code *} stands for all that begin like it
 */
public record Signal(String group, int weight, List<String> words) {
    public static final int MAX_WORDS = 6;

    public Signal {
        words = List.copyOf(words);
        if (words.isEmpty() || words.size() > MAX_WORDS) {
            throw new IllegalArgumentException(
                    "phrase=" + words + " has not 1 to " + MAX_WORDS + " words");
        }
        if (weight < 1) {
            throw new IllegalArgumentException("phrase=" + words + " weight=" + weight);
        }
    }

    public String phrase() {
        return String.join(" ", words);
    }
}
