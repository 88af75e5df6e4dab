package dev.millrace.catalog;

import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;

/**
 * One mapping of a catalog file, read field by field. What is wrong goes to {@link Problems} with
 * its line, and the getter returns a stand-in, so that reading goes on and finds the next problem;
 * {@link #finish} tells whether what was read can be used. Asking twice is harmless. Text is never
 * repeated in a message here: it could be a secret.
 */
final class Fields extends YamlMapping {
    private static final Pattern WHOLE_NUMBER = Pattern.compile("-?(0|[1-9][0-9]*(_[0-9]+)*)");
    private static final int MAX_DIGITS = 18;
    private static final Instant FIRST_DATE = Instant.parse("2000-01-01T00:00:00Z");
    private static final Instant LAST_DATE = Instant.parse("2999-12-31T23:59:59Z");

    private Fields(
            MappingNode mapping,
            int line,
            String path,
            Problems problems,
            boolean strict,
            @Nullable Fields owner) {
        super(mapping, line, path, problems, strict, owner);
    }

    /**
     * The whole document, or nothing when it is no mapping, which is reported.
     *
     * @param strict unknown fields are problems; else they are skipped, as from a newer release
     */
    static Optional<Fields> of(Node root, Problems problems, boolean strict) {
        if (root instanceof MappingNode mapping) {
            return Optional.of(new Fields(mapping, Nodes.lineOf(root), "", problems, strict, null));
        }
        problems.add(
                Nodes.lineOf(root),
                Problems.DOCUMENT,
                "expected fields (name: value), found " + Nodes.kindOf(root));
        return Optional.empty();
    }

    // ------------------------------------------------------------------ text

    /** Required text; empty when it was reported. */
    String text(String field) {
        return required(field) ? optionalText(field).orElse("") : "";
    }

    Optional<String> optionalText(String field) {
        @Nullable Node node = find(field);
        if (node == null) {
            return Optional.empty();
        }
        Optional<String> wrong = Nodes.wrongText(node);
        wrong.ifPresent(message -> reject(field, message));
        return wrong.isPresent() ? Optional.empty() : Optional.of(((ScalarNode) node).getValue());
    }

    /**
     * A list of texts, the empty text where an item was reported; none when the field is not there.
     */
    List<String> texts(String field) {
        List<Node> items = items(field);
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < items.size(); i++) {
            Optional<String> wrong = Nodes.wrongText(items.get(i));
            if (wrong.isPresent()) {
                rejectItem(field, i, wrong.get());
                texts.add("");
            } else {
                texts.add(((ScalarNode) items.get(i)).getValue());
            }
        }
        return texts;
    }

    // ------------------------------------------------------------------ numbers and times

    /** A required number; {@code min} when it was reported. */
    long number(String field, long min, long max) {
        return required(field) ? number(field, min, min, max) : min;
    }

    int integer(String field, int fallback, int min, int max) {
        return (int) number(field, fallback, min, max);
    }

    long number(String field, long fallback, long min, long max) {
        @Nullable Node node = find(field);
        if (node == null) {
            return fallback;
        }
        String range = min + " to " + max;
        if (!(node instanceof ScalarNode scalar)
                || !scalar.isPlain()
                || !WHOLE_NUMBER.matcher(scalar.getValue()).matches()) {
            reject(field, "expected a whole number from " + range + ", found " + Nodes.found(node));
            return fallback;
        }
        String digits = scalar.getValue().replace("_", "");
        if (digits.length() > MAX_DIGITS
                || Long.parseLong(digits) < min
                || Long.parseLong(digits) > max) {
            reject(field, "must be from " + range + ", is " + Nodes.shown(scalar.getValue()));
            return fallback;
        }
        return Long.parseLong(digits);
    }

    boolean flag(String field, boolean fallback) {
        @Nullable Node node = find(field);
        if (node == null) {
            return fallback;
        }
        if (node instanceof ScalarNode scalar && scalar.isPlain()) {
            if (scalar.getValue().equals("true") || scalar.getValue().equals("false")) {
                return scalar.getValue().equals("true");
            }
        }
        reject(field, "expected true or false, found " + Nodes.found(node));
        return fallback;
    }

    Duration duration(String field, Duration fallback, Duration min, Duration max) {
        @Nullable Node node = find(field);
        if (node == null) {
            return fallback;
        }
        String text = node instanceof ScalarNode scalar ? scalar.getValue() : "";
        Optional<Duration> duration = DurationText.parse(text);
        if (duration.isEmpty()) {
            reject(
                    field,
                    "expected a duration such as 500ms, 30s, 10m or 24h, found "
                            + Nodes.found(node));
            return fallback;
        }
        if (duration.get().compareTo(min) < 0 || duration.get().compareTo(max) > 0) {
            reject(
                    field,
                    "must be from %s to %s, is %s"
                            .formatted(DurationText.of(min), DurationText.of(max), text));
            return fallback;
        }
        return duration.get();
    }

    /** A required moment, to the millisecond at most; empty when it was reported. */
    Optional<Instant> instant(String field) {
        @Nullable Node node = required(field) ? find(field) : null;
        if (node == null) {
            return Optional.empty();
        }
        Optional<Instant> instant =
                node instanceof ScalarNode scalar ? parse(scalar.getValue()) : Optional.empty();
        if (instant.isEmpty()) {
            reject(
                    field,
                    "expected a moment such as 2026-01-01T00:00:00Z, found " + Nodes.found(node));
        } else if (instant.get().isBefore(FIRST_DATE) || instant.get().isAfter(LAST_DATE)) {
            reject(field, "must be in the years 2000 to 2999, is " + Nodes.found(node));
            return Optional.empty();
        } else if (!instant.get().equals(instant.get().truncatedTo(ChronoUnit.MILLIS))) {
            reject(field, "must be whole milliseconds, is " + Nodes.found(node));
            return Optional.empty();
        }
        return instant;
    }

    private static Optional<Instant> parse(String text) {
        try {
            return Optional.of(OffsetDateTime.parse(text).toInstant());
        } catch (DateTimeParseException e) {
            return Optional.empty();
        }
    }

    // ------------------------------------------------------------------ what is inside

    Optional<Fields> object(String field) {
        return object(field, strict);
    }

    /** Like {@link #object}; a field that this release does not know is always a problem in it. */
    Optional<Fields> strictObject(String field) {
        return object(field, true);
    }

    private Optional<Fields> object(String field, boolean strictly) {
        @Nullable Node node = find(field);
        if (node == null) {
            return Optional.empty();
        }
        if (node instanceof MappingNode mapping) {
            return Optional.of(
                    new Fields(mapping, lineOf(field), at(field), problems, strictly, this));
        }
        reject(field, "expected fields (name: value), found " + Nodes.kindOf(node));
        return Optional.empty();
    }

    /** A list of mappings; items that are something else are reported and left out. */
    List<Fields> objects(String field) {
        return objects(field, "expected fields (name: value), found ");
    }

    /**
     * Like {@link #objects(String)}.
     *
     * @param complaint about an item that is something else; what it is follows
     */
    List<Fields> objects(String field, String complaint) {
        List<Node> items = items(field);
        List<Fields> objects = new ArrayList<>();
        for (int i = 0; i < items.size(); i++) {
            Node item = items.get(i);
            if (item instanceof MappingNode mapping) {
                String itemPath = at(field) + "[" + i + "]";
                int itemLine = Nodes.lineOf(item);
                objects.add(new Fields(mapping, itemLine, itemPath, problems, strict, this));
            } else {
                rejectItem(field, i, complaint + Nodes.kindOf(item));
            }
        }
        return objects;
    }

    private List<Node> items(String field) {
        @Nullable Node node = find(field);
        if (node == null) {
            return List.of();
        }
        if (node instanceof SequenceNode list) {
            return list.getValue();
        }
        reject(field, "expected a list, found " + Nodes.kindOf(node));
        return List.of();
    }
}
