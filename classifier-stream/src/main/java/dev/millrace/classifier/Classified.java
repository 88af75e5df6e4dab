package dev.millrace.classifier;

import java.util.List;

/**
 * What a job is about and how hard it is. Confidences and the score are in 0..1.
 *
 * @param vertical code, math, legal, medical, finance, science, creative, support, translation,
 *     general or unknown
 * @param complexity simple, moderate or hard
 * @param reasons in words, for whoever asks why
 */
public record Classified(
        String vertical,
        double verticalConfidence,
        String complexity,
        double complexityScore,
        double complexityConfidence,
        List<String> reasons) {
    public Classified {
        check("vertical_confidence", verticalConfidence);
        check("complexity_score", complexityScore);
        check("complexity_confidence", complexityConfidence);
        reasons = List.copyOf(reasons);
    }

    private static void check(String name, double value) {
        if (!(value >= 0.0 && value <= 1.0)) {
            throw new IllegalArgumentException(name + "=" + value + " is not in 0..1");
        }
    }
}
