package dev.millrace.catalog;

import java.util.Optional;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;

/** What a YAML node is, in words for messages. */
final class Nodes {
    private static final int MAX_TEXT = 1000;
    private static final int MAX_SHOWN = 40;

    private Nodes() {}

    /** From 1. */
    static int lineOf(Node node) {
        return node.getStartMark().getLine() + 1;
    }

    static String kindOf(Node node) {
        if (isNothing(node)) {
            return "nothing";
        }
        return switch (node) {
            case MappingNode mapping -> "fields";
            case SequenceNode list -> "a list";
            default -> "a single value";
        };
    }

    /** The value itself where it is a single one: never for what could be a secret. */
    static String found(Node node) {
        return node instanceof ScalarNode scalar && !isNothing(node)
                ? "\"" + shown(scalar.getValue()) + "\""
                : kindOf(node);
    }

    /** Why a node is not a text that the catalog can hold; empty when it is. */
    static Optional<String> wrongText(Node node) {
        if (!(node instanceof ScalarNode scalar) || isNothing(node)) {
            return Optional.of("expected text, found " + kindOf(node));
        }
        String text = scalar.getValue();
        if (text.isBlank()) {
            return Optional.of("must not be empty");
        }
        if (text.length() > MAX_TEXT) {
            return Optional.of("is longer than the limit of %d characters".formatted(MAX_TEXT));
        }
        return text.codePoints().anyMatch(Nodes::isUnprintable)
                ? Optional.of("must not contain control characters")
                : Optional.empty();
    }

    /** At most 40 characters, one line. */
    static String shown(String text) {
        String oneLine = text.replaceAll("[\\p{Cc}\\p{Zl}\\p{Zp}]", " ");
        return oneLine.length() <= MAX_SHOWN ? oneLine : oneLine.substring(0, MAX_SHOWN) + "...";
    }

    /** Also what starts a new line without being a control character. */
    private static boolean isUnprintable(int c) {
        return Character.isISOControl(c)
                || switch (Character.getType(c)) {
                    case Character.SURROGATE,
                            Character.LINE_SEPARATOR,
                            Character.PARAGRAPH_SEPARATOR ->
                            true;
                    default -> false;
                };
    }

    private static boolean isNothing(Node node) {
        return node instanceof ScalarNode scalar
                && scalar.isPlain()
                && (scalar.getValue().isEmpty()
                        || scalar.getValue().equals("~")
                        || scalar.getValue().equals("null"));
    }
}
