package dev.millrace.catalog;

import java.io.StringReader;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;
import org.yaml.snakeyaml.reader.ReaderException;

/**
 * YAML text as a tree of nodes that know their lines. Nothing is ever constructed from a tag, and
 * size, depth and aliases are bounded.
 */
final class YamlDocument {
    static final int MAX_CHARACTERS = 1024 * 1024;
    private static final int MAX_DEPTH = 20;
    private static final int MAX_ALIASES = 50;
    private static final String NO_TAGS =
            "! starts a tag, and tags are not allowed; quote the text if it is text";
    private static final Set<Tag> PLAIN_TAGS =
            Set.of(
                    Tag.STR,
                    Tag.INT,
                    Tag.FLOAT,
                    Tag.BOOL,
                    Tag.NULL,
                    Tag.TIMESTAMP,
                    Tag.MERGE,
                    Tag.MAP,
                    Tag.SEQ);

    private YamlDocument() {}

    /** The root node, or nothing when a problem was reported. */
    static Optional<Node> compose(String text, Problems problems) {
        if (text.length() > MAX_CHARACTERS) {
            problems.add(
                    1,
                    Problems.DOCUMENT,
                    "is larger than the limit of %d characters".formatted(MAX_CHARACTERS));
            return Optional.empty();
        }
        try {
            @Nullable Node root = new Yaml(options()).compose(new StringReader(text));
            if (root == null) {
                problems.add(1, Problems.DOCUMENT, "is empty");
                return Optional.empty();
            }
            int before = problems.count();
            refuseTags(root, text, problems);
            return problems.count() == before ? Optional.of(root) : Optional.empty();
        } catch (MarkedYAMLException e) {
            reportSyntax(e, text, problems);
        } catch (ReaderException e) {
            int line =
                    1
                            + (int)
                                    text.codePoints()
                                            .limit(e.getPosition())
                                            .filter(c -> c == '\n')
                                            .count();
            problems.add(
                    line,
                    LinePath.of(text, line),
                    "YAML: the character U+%04X is not allowed".formatted(e.getCodePoint()));
        } catch (YAMLException e) {
            problems.add(1, Problems.DOCUMENT, "YAML: " + limitHit(e));
        }
        return Optional.empty();
    }

    private static LoaderOptions options() {
        LoaderOptions options = new LoaderOptions();
        options.setCodePointLimit(MAX_CHARACTERS);
        options.setNestingDepthLimit(MAX_DEPTH);
        options.setMaxAliasesForCollections(MAX_ALIASES);
        return options;
    }

    private static String limitHit(YAMLException e) {
        String message = String.valueOf(e.getMessage());
        if (message.contains("aliases")) {
            return "more than %d aliases of lists and mappings".formatted(MAX_ALIASES);
        }
        return message.contains("Nesting")
                ? "nested deeper than %d levels".formatted(MAX_DEPTH)
                : "cannot be read";
    }

    private static void reportSyntax(MarkedYAMLException e, String text, Problems problems) {
        @Nullable Mark context = e.getContextMark();
        @Nullable Mark problem = e.getProblemMark();
        Optional<String> opens = neverClosed(e);
        // what is never closed is noticed far below: show where it opens
        @Nullable Mark mark =
                context != null && (opens.isPresent() || problem == null) ? context : problem;
        int line = mark == null ? 1 : mark.getLine() + 1;
        problems.add(
                line, LinePath.of(text, line), "YAML: " + opens.orElseGet(() -> explanation(e)));
    }

    private static Optional<String> neverClosed(MarkedYAMLException e) {
        String doing = String.valueOf(e.getContext());
        String what = String.valueOf(e.getProblem());
        if (doing.contains("flow sequence")) {
            return Optional.of("the [ that opens here is not closed, or a comma is missing");
        }
        if (doing.contains("flow mapping")) {
            return Optional.of("the { that opens here is not closed, or a comma is missing");
        }
        return doing.contains("quoted") && what.contains("unexpected end")
                ? Optional.of("the quote that opens here is not closed")
                : Optional.empty();
    }

    /** Never the name of an alias or a tag: it could be a secret that starts with * or !. */
    private static String explanation(MarkedYAMLException e) {
        String what = String.valueOf(e.getProblem());
        String doing = String.valueOf(e.getContext());
        if (what.contains("alias") || doing.contains("alias")) {
            return "* starts an alias, and no anchor has that name; quote the text if it is text";
        }
        if (what.contains("tag") || doing.contains("tag")) {
            return NO_TAGS;
        }
        if (what.contains("another document")) {
            return "a second document starts here; a file is one catalog";
        }
        if (what.contains("TAB")) {
            return "a tab cannot indent; use spaces";
        }
        if (what.contains("mapping values are not allowed")) {
            return "no field can start here; check the indentation, and quote text with a colon";
        }
        if (what.contains("cannot start any token")) {
            return "no text can start with this character; quote it";
        }
        if (what.contains("expected <block end>")) {
            return "the indentation fits no line above";
        }
        return e.getContext() == null ? what : what + " (" + doing.strip() + ")";
    }

    private static void refuseTags(Node root, String text, Problems problems) {
        Set<Node> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        refuseTags(root, text, problems, seen);
    }

    private static void refuseTags(Node node, String text, Problems problems, Set<Node> seen) {
        if (!seen.add(node) || problems.count() > Problems.LIMIT) {
            return;
        }
        if (!PLAIN_TAGS.contains(node.getTag())) {
            int line = node.getStartMark().getLine() + 1;
            problems.add(line, LinePath.of(text, line), "YAML: " + NO_TAGS);
        }
        for (Node child : children(node)) {
            refuseTags(child, text, problems, seen);
        }
    }

    private static List<Node> children(Node node) {
        return switch (node) {
            case MappingNode mapping ->
                    mapping.getValue().stream().flatMap(YamlDocument::both).toList();
            case SequenceNode sequence -> sequence.getValue();
            default -> List.of();
        };
    }

    private static Stream<Node> both(NodeTuple tuple) {
        return Stream.of(tuple.getKeyNode(), tuple.getValueNode());
    }
}
