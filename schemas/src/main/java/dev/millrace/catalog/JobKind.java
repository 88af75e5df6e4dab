package dev.millrace.catalog;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** What a lane does with a job; a job says which it is. */
public enum JobKind {
    /** Answers a conversation. */
    CHAT("chat"),
    /** Makes a vector of each text. */
    EMBEDDING("embedding");

    private final String word;

    JobKind(String word) {
        this.word = word;
    }

    /** As catalog and jobs write it. */
    public String word() {
        return word;
    }

    public static Optional<JobKind> named(String word) {
        return Arrays.stream(values()).filter(kind -> kind.word.equals(word)).findFirst();
    }

    static List<String> words() {
        return Arrays.stream(values()).map(JobKind::word).toList();
    }
}
