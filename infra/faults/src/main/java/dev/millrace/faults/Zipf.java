package dev.millrace.faults;

import java.util.random.RandomGenerator;

/** Draws 0 to n - 1, the k-th in proportion to 1/(k+1)^exponent: few take most of it. */
final class Zipf {
    private final double[] upTo;

    Zipf(int n, double exponent) {
        upTo = new double[n];
        double sum = 0;
        for (int k = 0; k < n; k++) {
            sum += Math.pow(k + 1, -exponent);
            upTo[k] = sum;
        }
        for (int k = 0; k < n; k++) {
            upTo[k] /= sum;
        }
    }

    int draw(RandomGenerator random) {
        double at = random.nextDouble();
        for (int k = 0; k < upTo.length - 1; k++) {
            if (at < upTo[k]) {
                return k;
            }
        }
        return upTo.length - 1;
    }
}
