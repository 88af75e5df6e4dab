package dev.millrace.classifier.rules;

import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a job is about. Each vertical collects the weights of the signals found for it: a repeated
 * signal counts for little more, and weak ones together for no more than a strong one, so that a
 * long text does not drown what it was sent for. What stands out is the vertical; what does not is
 * general, and where nothing does, or two do alike, unknown.
 */
public final class VerticalRules {
    private static final double LEAST_CONFIDENCE = 0.3;
    private static final double GENERAL_BASE = 1.2;
    private static final int SIGNALS_NAMED = 3;

    /** The most that all signals of one weight can add: index is the weight. */
    private static final double[] CAP = {0, 2, 8, 30, 40, 60};

    private final Lexicon lexicon;

    public VerticalRules(Lexicon lexicon) {
        for (Signal signal : lexicon.signals()) {
            if (Vertical.named(signal.group()).isEmpty() || signal.weight() >= CAP.length) {
                throw new IllegalArgumentException("signal=" + signal + " is not a vertical's");
            }
        }
        this.lexicon = lexicon;
    }

    public static VerticalRules bundled() {
        return new VerticalRules(Lexicon.ofResource("/rules/verticals.txt"));
    }

    /**
     * A vertical and how sure it is.
     *
     * @param confidence in 0..1: the vertical's share among those that signals were found for
     */
    public record Verdict(Vertical vertical, double confidence, String reason) {
        /** What the caller said. */
        public static Verdict given(Vertical vertical) {
            return new Verdict(
                    vertical, 1.0, "vertical=" + vertical.word() + ": given by the caller");
        }
    }

    /** One thing found, and what it adds. */
    private record Found(Vertical vertical, String what, int weight, double score) {}

    public Verdict judge(PromptText text) {
        if (text.words().isEmpty() && text.shape().letters() == 0) {
            return new Verdict(Vertical.UNKNOWN, 0.0, "vertical=unknown: there are no words");
        }
        List<Found> found =
                Stream.concat(
                                lexicon.hits(text.words()).stream().map(VerticalRules::found),
                                StructureSignals.of(text).stream().map(VerticalRules::found))
                        .toList();
        Map<Vertical, Double> scores = scores(found);
        Map.Entry<Vertical, Double> best =
                scores.entrySet().stream().max(Map.Entry.comparingByValue()).orElseThrow();
        double confidence = confidence(best.getValue(), scores);
        if (confidence < LEAST_CONFIDENCE) {
            return new Verdict(
                    Vertical.UNKNOWN,
                    confidence,
                    "vertical=unknown: nothing stands out, nearest " + best.getKey().word());
        }
        return new Verdict(best.getKey(), confidence, reason(best.getKey(), found));
    }

    private static Found found(Lexicon.Hit hit) {
        Signal signal = hit.signal();
        double repeated = 1.0 + 0.3 * Math.log(hit.count());
        return new Found(
                Vertical.named(signal.group()).orElseThrow(),
                signal.phrase(),
                signal.weight(),
                signal.weight() * repeated);
    }

    private static Found found(StructureSignals.Sign sign) {
        return new Found(sign.vertical(), sign.what(), sign.weight(), sign.weight());
    }

    private static Map<Vertical, Double> scores(List<Found> found) {
        Map<Vertical, Double> scores = new EnumMap<>(Vertical.class);
        scores.put(Vertical.GENERAL, GENERAL_BASE);
        Map<Vertical, double[]> byWeight = new EnumMap<>(Vertical.class);
        for (Found each : found) {
            byWeight.computeIfAbsent(each.vertical(), any -> new double[CAP.length])[
                            each.weight()] +=
                    each.score();
        }
        byWeight.forEach(
                (vertical, sums) -> {
                    double score = 0;
                    for (int weight = 1; weight < CAP.length; weight++) {
                        score += Math.min(sums[weight], CAP[weight]);
                    }
                    scores.merge(vertical, score, Double::sum);
                });
        return scores;
    }

    /** The best one's share, by squares: twice the score is four times the say. */
    private static double confidence(double best, Map<Vertical, Double> scores) {
        double all = scores.values().stream().mapToDouble(score -> score * score).sum();
        return all == 0 ? 0 : Math.min(1.0, best * best / all);
    }

    private static String reason(Vertical vertical, List<Found> found) {
        List<Found> mine =
                found.stream()
                        .filter(each -> each.vertical() == vertical)
                        .sorted(Comparator.comparingDouble(Found::score).reversed())
                        .toList();
        if (mine.isEmpty()) {
            return "vertical=" + vertical.word() + ": no signal of a special subject";
        }
        String named =
                mine.stream()
                        .limit(SIGNALS_NAMED)
                        .map(Found::what)
                        .collect(Collectors.joining(", "));
        return "vertical=%s: %d %s (%s)"
                .formatted(
                        vertical.word(),
                        mine.size(),
                        mine.size() == 1 ? "signal" : "signals",
                        named);
    }
}
