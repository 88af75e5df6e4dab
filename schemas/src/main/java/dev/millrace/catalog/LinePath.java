package dev.millrace.catalog;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The field that a line of a file belongs to, judged by indentation alone: a file with broken
 * syntax has no tree to ask.
 */
final class LinePath {
    private static final Pattern FIELD =
            Pattern.compile("[\"']?([A-Za-z_][A-Za-z0-9_-]*)[\"']?\\s*:(?!//)\\s*(.*)");

    /** A list item has an index, a field has a name. */
    private static final class Level {
        final int indent;
        final String field;
        final boolean hasValue;
        int index;

        Level(int indent, String field, boolean hasValue) {
            this.indent = indent;
            this.field = field;
            this.hasValue = hasValue;
        }

        boolean isItem() {
            return field.isEmpty();
        }
    }

    private final Deque<Level> levels = new ArrayDeque<>();

    private LinePath() {}

    /**
     * Names the field of a line.
     *
     * @param line from 1
     * @return as in {@code lanes[1].slots}; {@link Problems#DOCUMENT} when the line is in no field
     */
    static String of(String text, int line) {
        LinePath path = new LinePath();
        text.lines().limit(line).forEach(path::read);
        return path.render();
    }

    private void read(String line) {
        String rest = line.stripLeading();
        int indent = width(line.substring(0, line.length() - rest.length()));
        if (rest.isEmpty() || rest.startsWith("#")) {
            return;
        }
        if (line.startsWith("---")) {
            levels.clear();
            return;
        }
        while (rest.startsWith("- ") || rest.equals("-")) {
            enterItem(indent);
            String inner = rest.substring(1).stripLeading();
            indent += rest.length() - inner.length();
            rest = inner;
        }
        Matcher field = FIELD.matcher(rest);
        if (field.matches()) {
            leave(indent);
            levels.addLast(new Level(indent, field.group(1), isValue(field.group(2))));
        }
    }

    /** A tab is no indentation in YAML, but in an editor it looks like eight spaces. */
    private static int width(String whiteSpace) {
        return whiteSpace.codePoints().map(c -> c == '\t' ? 8 : 1).sum();
    }

    /** Whether a field ends on its line, so that a deeper one below it is still its neighbour. */
    private static boolean isValue(String text) {
        return !text.isEmpty() && "#&[{|>".indexOf(text.charAt(0)) < 0;
    }

    private void enterItem(int indent) {
        while (!levels.isEmpty() && levels.getLast().indent > indent) {
            levels.removeLast();
        }
        // a list may stand at its field's own indentation: lanes: and - name: in one column
        Level last = levels.peekLast();
        if (last != null && last.isItem() && last.indent == indent) {
            last.index++;
        } else {
            levels.addLast(new Level(indent, "", false));
        }
    }

    private void leave(int indent) {
        while (!levels.isEmpty()
                && (levels.getLast().indent >= indent || levels.getLast().hasValue)) {
            levels.removeLast();
        }
    }

    private String render() {
        StringBuilder path = new StringBuilder();
        for (Level level : levels) {
            if (level.isItem()) {
                path.append('[').append(level.index).append(']');
            } else {
                path.append(path.isEmpty() ? "" : ".").append(level.field);
            }
        }
        return path.isEmpty() ? Problems.DOCUMENT : path.toString();
    }
}
