package dev.millrace.classifier.rules;

import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The domain of a job. */
public enum Vertical {
    CODE,
    MATH,
    LEGAL,
    MEDICAL,
    FINANCE,
    SCIENCE,
    CREATIVE,
    SUPPORT,
    TRANSLATION,
    GENERAL,
    UNKNOWN;

    private static final Map<String, Vertical> BY_WORD =
            Arrays.stream(values()).collect(Collectors.toMap(Vertical::word, Function.identity()));

    private final String word = name().toLowerCase(Locale.ROOT);

    /** As records, tables and the catalog spell it. */
    public String word() {
        return word;
    }

    public static Optional<Vertical> named(String word) {
        return Optional.ofNullable(BY_WORD.get(word));
    }
}
