package dev.millrace.trainer;

import java.util.Locale;
import java.util.Random;

/** Puts a question as hurried people type it, so that a missing question mark changes nothing. */
final class Wording {

    private Wording() {}

    /** Half the time the question as it is; else in lower case, without its mark, or both. */
    static String varied(String question, Random random) {
        return switch (random.nextInt(6)) {
            case 0 -> question.toLowerCase(Locale.ROOT);
            case 1 -> unmarked(question);
            case 2 -> unmarked(question).toLowerCase(Locale.ROOT);
            default -> question;
        };
    }

    private static String unmarked(String question) {
        return question.endsWith("?") ? question.substring(0, question.length() - 1) : question;
    }
}
