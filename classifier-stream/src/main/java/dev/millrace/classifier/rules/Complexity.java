package dev.millrace.classifier.rules;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * How much a job asks of a model: a score in 0..1 from what has to be worked out, the conditions
 * the answer must meet, and how much there is to read; less where one sentence would answer.
 */
public final class Complexity {
    static final double SIMPLE_BELOW = 0.38;
    static final double HARD_FROM = 0.62;

    private static final double BASE = -1.3;
    private final Lexicon lexicon;

    public Complexity(Lexicon lexicon) {
        this.lexicon = lexicon;
    }

    public static Complexity bundled() {
        return new Complexity(Lexicon.ofResource("/rules/complexity.txt"));
    }

    /** A level, its score, and how far the score is from the next level, as a confidence. */
    public record Verdict(Level level, double score, double confidence, String reason) {
        /** What the caller said; the score is the middle of the level's. */
        public static Verdict given(Level level) {
            double score =
                    switch (level) {
                        case SIMPLE -> SIMPLE_BELOW / 2;
                        case MODERATE -> (SIMPLE_BELOW + HARD_FROM) / 2;
                        case HARD -> (HARD_FROM + 1) / 2;
                    };
            return new Verdict(
                    level, score, 1.0, "complexity=" + level.word() + ": given by the caller");
        }
    }

    /** One part of the score, as the reason names it. */
    private record Part(String name, double adds) {}

    public Verdict judge(PromptText text) {
        List<Part> parts = parts(text);
        double sum = BASE + parts.stream().mapToDouble(Part::adds).sum();
        double score = 1.0 / (1.0 + Math.exp(-sum));
        Level level =
                score < SIMPLE_BELOW
                        ? Level.SIMPLE
                        : score < HARD_FROM ? Level.MODERATE : Level.HARD;
        return new Verdict(level, score, confidence(score), reason(level, score, parts));
    }

    private List<Part> parts(PromptText text) {
        Map<String, Double> found = new HashMap<>();
        for (Lexicon.Hit hit : lexicon.hits(text.words())) {
            found.merge(hit.signal().group(), (double) hit.signal().weight(), Double::sum);
        }
        Shape shape = text.shape();
        int words = text.words().size();
        List<Part> parts = new ArrayList<>();
        add(parts, "length", 0.45 * Math.log1p(words / 15.0));
        add(parts, "work to do", capped(found, "effort", 0.3, 2.0));
        add(parts, "subject", capped(found, "depth", 0.25, 1.8));
        add(parts, "conditions", capped(found, "constraint", 0.12, 1.1));
        add(parts, "formulas", Math.min(0.9, 0.08 * (shape.commands() + shape.formulas())));
        add(
                parts,
                "parts",
                Math.min(0.8, 0.12 * (shape.items() + Math.max(0, shape.questions() - 1))));
        add(parts, "code", shape.fences() >= 2 || shape.indented() >= 3 ? 0.4 : 0);
        add(parts, "plain question", words > 60 ? 0 : -capped(found, "plain", 0.3, 1.2));
        return parts;
    }

    private static void add(List<Part> parts, String name, double adds) {
        if (adds != 0) {
            parts.add(new Part(name, adds));
        }
    }

    private static double capped(
            Map<String, Double> found, String group, double each, double most) {
        return Math.min(most, each * found.getOrDefault(group, 0.0));
    }

    private static double confidence(double score) {
        double nearest = Math.min(Math.abs(score - SIMPLE_BELOW), Math.abs(score - HARD_FROM));
        return Math.min(1.0, 0.5 + 2 * nearest);
    }

    private static String reason(Level level, double score, List<Part> parts) {
        String main =
                parts.stream()
                        .max(java.util.Comparator.comparingDouble(part -> Math.abs(part.adds())))
                        .map(Part::name)
                        .orElse("nothing");
        return String.format(
                Locale.ROOT, "complexity=%s: score %.2f, mostly %s", level.word(), score, main);
    }
}
