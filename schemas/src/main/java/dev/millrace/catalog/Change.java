package dev.millrace.catalog;

import java.util.List;

/**
 * One line of what an apply does.
 *
 * @param details for a change, the fields as {@code slots 4 -> 8}
 */
public record Change(Kind kind, String entryKind, String entryName, List<String> details) {
    private static final int MAX_DETAILS = 6;

    /** What happens to an entry. */
    public enum Kind {
        ADDED('+'),
        CHANGED('~'),
        REMOVED('-'),
        /** Published again as it is, because an earlier apply was not finished. */
        REPEATED('=');

        private final char sign;

        Kind(char sign) {
            this.sign = sign;
        }
    }

    public Change {
        details = List.copyOf(details);
    }

    /** As in {@code ~ lane echo (slots 4 -> 8)}. */
    @Override
    public String toString() {
        String line = kind.sign + " " + entryKind + " " + entryName;
        if (details.isEmpty()) {
            return line;
        }
        String shown = String.join(", ", details.subList(0, Math.min(MAX_DETAILS, details.size())));
        int rest = details.size() - MAX_DETAILS;
        return line + " (" + shown + (rest > 0 ? ", and " + rest + " more" : "") + ")";
    }
}
