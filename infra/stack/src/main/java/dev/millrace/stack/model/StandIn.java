package dev.millrace.stack.model;

import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The rule-based assistant that stands in for a model. It does small real things with the text of
 * the last user message (sums, counts, extractive summaries, lists) and otherwise says what the
 * question is about. The same conversation always gets the same answer.
 */
final class StandIn {
    private static final Pattern WORD = Pattern.compile("\\p{L}[\\p{L}\\p{N}'-]+");
    private static final Pattern SENTENCE = Pattern.compile("[^.!?\\n]+[.!?]?");
    private static final Pattern EMAIL = Pattern.compile("[\\w.+-]+@[\\w-]+(?:\\.[\\w-]+)+");
    private static final Pattern NUMBER = Pattern.compile("\\d+(?:\\.\\d+)?");
    private static final Set<String> COMMON =
            Set.of(
                    "the", "and", "for", "that", "this", "with", "from", "are", "was", "what",
                    "how", "why", "which", "who", "when", "where", "does", "can", "you", "your",
                    "please", "have", "has", "its", "into", "not", "would", "should", "could",
                    "about", "will", "between", "write", "give", "explain", "tell", "use", "our",
                    "is", "it", "in", "of", "to", "an", "on", "as", "at", "be", "by", "or", "do",
                    "me", "my", "we", "if", "one", "two");
    private static final int KEYWORDS = 4;

    private StandIn() {}

    static String answer(List<Turn> messages) {
        String question =
                messages.reversed().stream()
                        .filter(turn -> turn.role().equals("user"))
                        .map(Turn::content)
                        .findFirst()
                        .orElse("");
        String asked = question.toLowerCase(Locale.ROOT);
        String subject = subject(question);
        if (mentions(asked, "summarize", "summarise", "summary", "tl;dr")) {
            return summary(subject);
        }
        if (mentions(asked, "how many words", "count the words")) {
            return "There are " + words(subject).size() + " words.";
        }
        if (mentions(asked, "sort ", "alphabetical")) {
            return sorted(subject);
        }
        if (mentions(asked, "uppercase", "upper case")) {
            return subject.toUpperCase(Locale.ROOT);
        }
        if (mentions(asked, "reverse")) {
            return new StringBuilder(subject).reverse().toString();
        }
        if (mentions(asked, "extract", "find all")) {
            return extracted(subject, asked);
        }
        return Arithmetic.solve(question).orElseGet(() -> about(question));
    }

    /** What stands after the colon of an instruction, or all of it. */
    private static String subject(String question) {
        int colon = question.indexOf(':');
        return colon >= 0 && colon < question.length() - 1
                ? question.substring(colon + 1).strip()
                : question.strip();
    }

    private static boolean mentions(String text, String... phrases) {
        return Arrays.stream(phrases).anyMatch(text::contains);
    }

    /** The sentence whose words are the most frequent ones of the text. */
    private static String summary(String text) {
        Map<String, Long> frequency = frequency(text);
        return SENTENCE.matcher(text)
                .results()
                .map(sentence -> sentence.group().strip())
                .filter(sentence -> !sentence.isEmpty())
                .max(Comparator.comparingDouble(sentence -> weight(sentence, frequency)))
                .map(sentence -> "In short: " + sentence)
                .orElse("There is nothing to summarise.");
    }

    private static double weight(String sentence, Map<String, Long> frequency) {
        return words(sentence).stream()
                .filter(frequency::containsKey)
                .mapToLong(frequency::get)
                .average()
                .orElse(0);
    }

    private static String sorted(String text) {
        return Arrays.stream(text.split("[,;\\n]"))
                .map(String::strip)
                .filter(item -> !item.isEmpty())
                .sorted(String.CASE_INSENSITIVE_ORDER)
                .collect(Collectors.joining(", "));
    }

    private static String extracted(String text, String asked) {
        Pattern wanted = asked.contains("mail") ? EMAIL : NUMBER;
        String found =
                wanted.matcher(text)
                        .results()
                        .map(match -> match.group())
                        .collect(Collectors.joining(", "));
        return found.isEmpty() ? "Nothing of that kind is in the text." : found;
    }

    private static String about(String question) {
        List<String> topics =
                frequency(question).entrySet().stream()
                        .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
                        .limit(KEYWORDS)
                        .map(Map.Entry::getKey)
                        .toList();
        String first =
                SENTENCE.matcher(question)
                        .results()
                        .map(match -> match.group().strip())
                        .findFirst()
                        .orElse("");
        return topics.isEmpty()
                ? "This is a stand-in for a cloud model; the message asks nothing that it can read."
                : "This is a stand-in for a cloud model. The message is about "
                        + String.join(", ", topics)
                        + "; it begins: "
                        + first;
    }

    /** Words that say something, in the order in which they first appear. */
    private static Map<String, Long> frequency(String text) {
        return words(text).stream()
                .filter(word -> word.length() > 2 && !COMMON.contains(word))
                .collect(
                        Collectors.groupingBy(
                                word -> word, LinkedHashMap::new, Collectors.counting()));
    }

    private static List<String> words(String text) {
        return WORD.matcher(text)
                .results()
                .map(match -> match.group().toLowerCase(Locale.ROOT))
                .toList();
    }
}
