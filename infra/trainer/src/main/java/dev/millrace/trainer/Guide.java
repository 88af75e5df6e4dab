package dev.millrace.trainer;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * The guide: what Millrace is, as questions and answers. Models, tests and the demo read it here.
 */
public record Guide(List<GuideEntry> entries, String sha256) {

    public static final String RESOURCE = "/guide.jsonl";

    private static final String TEXT = "\"((?:[^\"\\\\]|\\\\[\"\\\\])*)\"";
    private static final Pattern LINE =
            Pattern.compile("\\{\"question\": *" + TEXT + ", *\"answer\": *" + TEXT + "}");

    public Guide {
        entries = List.copyOf(entries);
    }

    /** Reads the guide that is shipped in this artifact. */
    public static Guide load() {
        try (InputStream in = Guide.class.getResourceAsStream(RESOURCE)) {
            if (in == null) {
                throw new IllegalStateException(RESOURCE + " is not on the class path");
            }
            return parse(in.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Reads JSON lines of the form {@code {"question": "...", "answer": "..."}}; only the escapes
     * {@code \"} and {@code \\} are used in them.
     *
     * @throws IllegalArgumentException naming the line that does not have this form
     */
    public static Guide parse(byte[] jsonLines) {
        List<String> lines = new String(jsonLines, StandardCharsets.UTF_8).lines().toList();
        List<GuideEntry> entries =
                IntStream.range(0, lines.size()).mapToObj(i -> entry(lines.get(i), i + 1)).toList();
        return new Guide(entries, sha256(jsonLines));
    }

    private static GuideEntry entry(String line, int number) {
        Matcher matcher = LINE.matcher(line);
        if (!matcher.matches()) {
            throw new IllegalArgumentException(
                    "guide line " + number + " is not a question and an answer");
        }
        return new GuideEntry(unescaped(matcher.group(1)), unescaped(matcher.group(2)));
    }

    private static String unescaped(String text) {
        return text.replaceAll("\\\\(.)", "$1");
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
