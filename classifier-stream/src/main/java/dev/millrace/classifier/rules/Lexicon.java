package dev.millrace.classifier.rules;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * All signals of one resource, found in one pass over a text's words: from each word, at most
 * {@link Signal#MAX_WORDS} steps down a tree of phrases.
 */
public final class Lexicon {
    private static final int LEAST_BEGINNING = 3;

    private final List<Signal> signals;
    private final Node root = new Node();

    /** A signal and how often it was found. */
    public record Hit(Signal signal, int count) {}

    /** Where a phrase can go on, by whole words and by their beginnings. */
    private static final class Node {
        private final Map<String, Node> words = new HashMap<>();

        /** By their first characters, so that most words cost one look. */
        private final Map<String, List<Beginning>> beginnings = new HashMap<>();

        private final List<Integer> ends = new ArrayList<>();
    }

    private record Beginning(String text, Node next) {}

    /** The signals found, one entry for each time. */
    private static final class Found {
        private int[] ends = new int[32];
        private int size;

        private void add(int end) {
            if (size == ends.length) {
                ends = Arrays.copyOf(ends, size * 2);
            }
            ends[size++] = end;
        }
    }

    public Lexicon(List<Signal> signals) {
        this.signals = List.copyOf(signals);
        for (int i = 0; i < this.signals.size(); i++) {
            add(this.signals.get(i).words(), i);
        }
    }

    /** Reads {@code GROUP WEIGHT | phrase; phrase} lines; {@code #} begins a comment. */
    public static Lexicon ofResource(String name) {
        try (InputStream in = Lexicon.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("resource " + name + " is missing");
            }
            BufferedReader lines =
                    new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
            return new Lexicon(lines.lines().flatMap(line -> parse(line).stream()).toList());
        } catch (IOException e) {
            throw new UncheckedIOException("resource " + name + " cannot be read", e);
        }
    }

    public List<Signal> signals() {
        return signals;
    }

    /** What is found in a text, in the lexicon's order. */
    public List<Hit> hits(List<String> words) {
        Found found = new Found();
        for (int start = 0; start < words.size(); start++) {
            walk(root, words, start, found);
        }
        Arrays.sort(found.ends, 0, found.size);
        List<Hit> hits = new ArrayList<>();
        int next;
        for (int at = 0; at < found.size; at = next) {
            next = at + 1;
            while (next < found.size && found.ends[next] == found.ends[at]) {
                next++;
            }
            hits.add(new Hit(signals.get(found.ends[at]), next - at));
        }
        return hits;
    }

    /** Recursion as deep as the longest phrase. */
    private static void walk(Node node, List<String> words, int at, Found found) {
        for (int end : node.ends) {
            found.add(end);
        }
        if (at >= words.size()) {
            return;
        }
        String word = words.get(at);
        Node next = node.words.get(word);
        if (next != null) {
            walk(next, words, at + 1, found);
        }
        if (node.beginnings.isEmpty() || word.length() < LEAST_BEGINNING) {
            return;
        }
        List<Beginning> begun = node.beginnings.get(word.substring(0, LEAST_BEGINNING));
        if (begun != null) {
            for (Beginning beginning : begun) {
                if (word.startsWith(beginning.text())) {
                    walk(beginning.next(), words, at + 1, found);
                }
            }
        }
    }

    private void add(List<String> words, int signal) {
        Node node = root;
        for (String word : words) {
            node =
                    word.endsWith("*")
                            ? begin(node, word.substring(0, word.length() - 1))
                            : node.words.computeIfAbsent(word, any -> new Node());
        }
        node.ends.add(signal);
    }

    private static Node begin(Node node, String text) {
        if (text.length() < LEAST_BEGINNING) {
            throw new IllegalArgumentException(
                    "beginning=" + text + "* is shorter than " + LEAST_BEGINNING);
        }
        List<Beginning> alike =
                node.beginnings.computeIfAbsent(
                        text.substring(0, LEAST_BEGINNING), any -> new ArrayList<>());
        for (Beginning known : alike) {
            if (known.text().equals(text)) {
                return known.next();
            }
        }
        Beginning added = new Beginning(text, new Node());
        alike.add(added);
        return added.next();
    }

    private static List<Signal> parse(String line) {
        if (line.isBlank() || line.startsWith("#")) {
            return List.of();
        }
        int bar = line.indexOf('|');
        int space = line.indexOf(' ');
        if (bar < 0 || space < 0 || space > bar) {
            throw new IllegalStateException("not GROUP WEIGHT | phrases: " + line);
        }
        String group = line.substring(0, space);
        int weight = Integer.parseInt(line.substring(space, bar).strip());
        List<Signal> signals = new ArrayList<>();
        for (String phrase : line.substring(bar + 1).split(";", -1)) {
            List<String> words = List.of(phrase.strip().split(" ", -1));
            signals.add(new Signal(group, weight, words));
        }
        return signals.stream().distinct().toList();
    }
}
