package dev.millrace.catalog;

import java.util.List;

/** The words that jobs are classified with and that routes may name. */
public final class Vocabulary {
    public static final List<String> VERTICALS =
            List.of(
                    "code",
                    "math",
                    "legal",
                    "medical",
                    "finance",
                    "science",
                    "creative",
                    "support",
                    "translation",
                    "general",
                    "unknown");

    public static final List<String> COMPLEXITIES = List.of("simple", "moderate", "hard");

    /** What a caller writes for "choose a lane for me"; so no lane may be called this. */
    public static final String AUTO = "auto";

    private Vocabulary() {}
}
