package dev.millrace.stack.model;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Cuts text into pieces about as long as a model's tokens: words with their leading space, long
 * words in parts, digits in threes, punctuation by itself. The pieces joined give the text back.
 */
final class TokenCounter {
    private static final Pattern PIECE =
            Pattern.compile("\\s?\\p{L}{1,6}|\\s?\\p{N}{1,3}|\\s?[^\\s\\p{L}\\p{N}]|\\s");

    /** What the role and the framing of each message cost. */
    private static final int PER_MESSAGE = 4;

    private TokenCounter() {}

    static List<String> pieces(String text) {
        List<String> pieces = new ArrayList<>();
        Matcher matcher = PIECE.matcher(text);
        while (matcher.find()) {
            pieces.add(matcher.group());
        }
        return pieces;
    }

    static int count(Turn turn) {
        return PER_MESSAGE + pieces(turn.content()).size();
    }
}
