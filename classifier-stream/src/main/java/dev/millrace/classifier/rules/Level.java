package dev.millrace.classifier.rules;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** How much a job asks of a model. */
public enum Level {
    SIMPLE,
    MODERATE,
    HARD;

    private final String word = name().toLowerCase(Locale.ROOT);

    /** As records, tables and the catalog spell it. */
    public String word() {
        return word;
    }

    public static Optional<Level> named(String word) {
        return Arrays.stream(values()).filter(level -> level.word.equals(word)).findFirst();
    }
}
