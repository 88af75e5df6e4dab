package dev.millrace.classifier.rules;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * All signals of one resource, found in one pass over a text's words: from each word, at most
 * {@link Signal#MAX_WORDS} steps down a tree of phrases.
 */
public final class Lexicon {
    private final List<Signal> signals;
    private final Node root = new Node();

    /** A signal and how often it was found. */
    public record Hit(Signal signal, int count) {}

    /** Where a phrase can go on, by whole words and by their beginnings. */
    private static final class Node {
        private final Map<String, Node> words = new HashMap<>();
        private final Map<String, Node> beginnings = new HashMap<>();
        private final TreeSet<Integer> lengths = new TreeSet<>();
        private final List<Integer> ends = new ArrayList<>();
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
        int[] counts = new int[signals.size()];
        for (int start = 0; start < words.size(); start++) {
            walk(root, words, start, counts);
        }
        List<Hit> hits = new ArrayList<>();
        for (int i = 0; i < counts.length; i++) {
            if (counts[i] > 0) {
                hits.add(new Hit(signals.get(i), counts[i]));
            }
        }
        return hits;
    }

    /** Recursion as deep as the longest phrase. */
    private static void walk(Node node, List<String> words, int at, int[] counts) {
        for (int end : node.ends) {
            counts[end]++;
        }
        if (at >= words.size()) {
            return;
        }
        String word = words.get(at);
        Node next = node.words.get(word);
        if (next != null) {
            walk(next, words, at + 1, counts);
        }
        for (int length : node.lengths) {
            if (length > word.length()) {
                return;
            }
            Node begun = node.beginnings.get(word.substring(0, length));
            if (begun != null) {
                walk(begun, words, at + 1, counts);
            }
        }
    }

    private void add(List<String> words, int signal) {
        Node node = root;
        for (String word : words) {
            if (word.endsWith("*")) {
                String beginning = word.substring(0, word.length() - 1);
                node.lengths.add(beginning.length());
                node = node.beginnings.computeIfAbsent(beginning, any -> new Node());
            } else {
                node = node.words.computeIfAbsent(word, any -> new Node());
            }
        }
        node.ends.add(signal);
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
