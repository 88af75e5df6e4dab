package dev.millrace.classifier.rules;

import dev.millrace.job.Messages;
import dev.millrace.v1.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The part of a prompt that the rules read: what its user says, in full where it is short, its
 * beginning and its end where it is long.
 *
 * @param text at most {@link #MAX_CHARS} characters
 * @param words in lower case, in order
 * @param shape what the text looks like
 */
public record PromptText(String text, List<String> words, Shape shape) {
    static final int HEAD_CHARS = 12 * 1024;
    static final int TAIL_CHARS = 4 * 1024;
    public static final int MAX_CHARS = HEAD_CHARS + TAIL_CHARS + 1;

    private static final int MAX_WORD = 40;

    public PromptText {
        words = List.copyOf(words);
    }

    /** Reads what users say; where there is none of that, what anybody does. */
    public static PromptText of(List<Message> messages) {
        List<Message> users =
                messages.stream().filter(message -> message.getRole().equals("user")).toList();
        StringBuilder head = new StringBuilder();
        String tail = "";
        for (Message message : users.isEmpty() ? messages : users) {
            String content = Messages.text(message);
            int room = HEAD_CHARS - head.length();
            if (room > 0) {
                head.append(content, 0, Math.min(room, content.length()));
                head.append(room > content.length() ? "\n" : "");
            }
            int unread = Math.max(0, content.length() - Math.max(0, room));
            if (unread > 0) {
                int from = content.length() - Math.min(unread, TAIL_CHARS);
                tail = content.substring(from);
            }
        }
        return of(tail.isEmpty() ? head.toString() : head + "\n" + tail);
    }

    public static PromptText of(String text) {
        String bounded = text.length() <= MAX_CHARS ? text : text.substring(0, MAX_CHARS);
        return new PromptText(bounded, words(bounded), Shape.of(bounded));
    }

    /**
     * Runs of letters and digits; also what joins them inside a word ({@code don't}, {@code
     * non-compete}, {@code node.js}) and what ends some names ({@code c++}, {@code c#}).
     */
    private static List<String> words(String text) {
        List<String> words = new ArrayList<>();
        int at = 0;
        while (at < text.length()) {
            if (!Character.isLetterOrDigit(text.charAt(at))) {
                at++;
                continue;
            }
            int end = at + 1;
            while (end < text.length() && belongs(text, end)) {
                end++;
            }
            words.add(
                    text.substring(at, Math.min(end, at + MAX_WORD))
                            .toLowerCase(Locale.ROOT)
                            .replace('\u2019', '\''));
            at = end;
        }
        return words;
    }

    private static boolean belongs(String text, int at) {
        char c = text.charAt(at);
        if (Character.isLetterOrDigit(c)) {
            return true;
        }
        return switch (c) {
            case '\'', '\u2019', '-', '.', '&', '/' ->
                    at + 1 < text.length() && Character.isLetterOrDigit(text.charAt(at + 1));
            case '+', '#' -> isNameOfALanguage(text, at);
            default -> false;
        };
    }

    /** {@code c+}, {@code c++} and {@code c#}, {@code f#}. */
    private static boolean isNameOfALanguage(String text, int at) {
        char before = text.charAt(at - 1);
        boolean first = before == 'c' || before == 'C' || before == 'f' || before == 'F';
        boolean second = before == '+' && text.charAt(at) == '+';
        boolean alone = at < 2 || !Character.isLetterOrDigit(text.charAt(at - 2));
        return (first && alone) || (second && at >= 2);
    }
}
