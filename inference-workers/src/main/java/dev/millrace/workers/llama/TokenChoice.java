package dev.millrace.workers.llama;

import java.util.OptionalInt;
import java.util.random.RandomGenerator;

/** Chooses the next token from the scores of all. */
final class TokenChoice {

    private final double temperature;
    private final RandomGenerator random;

    /**
     * @param temperature 0 for the likeliest; else the higher, the more even the odds
     */
    TokenChoice(double temperature, RandomGenerator random) {
        this.temperature = temperature;
        this.random = random;
    }

    /** Empty if the scores are not numbers. */
    OptionalInt from(float[] scores) {
        int likeliest = -1;
        for (int id = 0; id < scores.length; id++) {
            if (Float.isNaN(scores[id]) || scores[id] == Float.POSITIVE_INFINITY) {
                return OptionalInt.empty();
            }
            if (likeliest < 0 || scores[id] > scores[likeliest]) {
                likeliest = id;
            }
        }
        if (likeliest < 0 || scores[likeliest] == Float.NEGATIVE_INFINITY) {
            return OptionalInt.empty();
        }
        return OptionalInt.of(temperature == 0 ? likeliest : drawn(scores, likeliest));
    }

    private int drawn(float[] scores, int likeliest) {
        float highest = scores[likeliest];
        double[] reached = new double[scores.length];
        double sum = 0;
        for (int id = 0; id < scores.length; id++) {
            sum += Math.exp((scores[id] - highest) / temperature);
            reached[id] = sum;
        }
        double point = random.nextDouble() * sum;
        for (int id = 0; id < scores.length; id++) {
            if (point < reached[id]) {
                return id;
            }
        }
        return likeliest;
    }
}
