package dev.millrace.trainer.grad;

/** What makes Mamba: a short causal convolution, then a selective scan of a hidden state. */
public final class StateSpace {

    private StateSpace() {}

    /**
     * Mixes each column with its own last few values. {@code kernel} has a row for each column of
     * {@code x}, oldest weight first; {@code bias} has one row.
     */
    public static Matrix convolve(
            Tape tape, Matrix x, Matrix kernel, Matrix bias, Segments segments) {
        kernel.requireShape(x.columns, kernel.columns);
        Matrix out = new Matrix(x.rows, x.columns);
        float[][] taps = Kernels.transposed(kernel.value);
        for (int s = 0; s < segments.count(); s++) {
            for (int t = segments.from(s); t < segments.to(s); t++) {
                Kernels.addScaled(out.value[t], 1, bias.value[0]);
                for (int back = 0; back < taps.length && t - back >= segments.from(s); back++) {
                    addProduct(out.value[t], taps[taps.length - 1 - back], x.value[t - back]);
                }
            }
        }
        return tape.record(out, () -> convolveBack(x, kernel, bias, out, taps, segments));
    }

    private static void convolveBack(
            Matrix x, Matrix kernel, Matrix bias, Matrix out, float[][] taps, Segments segments) {
        float[][] tapsGradient = new float[taps.length][x.columns];
        for (int s = 0; s < segments.count(); s++) {
            for (int t = segments.from(s); t < segments.to(s); t++) {
                float[] g = out.gradient[t];
                Kernels.addScaled(bias.gradient[0], 1, g);
                for (int back = 0; back < taps.length && t - back >= segments.from(s); back++) {
                    int tap = taps.length - 1 - back;
                    addProduct(x.gradient[t - back], taps[tap], g);
                    addProduct(tapsGradient[tap], x.value[t - back], g);
                }
            }
        }
        for (int j = 0; j < x.columns; j++) {
            for (int tap = 0; tap < taps.length; tap++) {
                kernel.gradient[j][tap] += tapsGradient[tap][j];
            }
        }
    }

    private static void addProduct(float[] sum, float[] a, float[] b) {
        for (int j = 0; j < sum.length; j++) {
            sum[j] += a[j] * b[j];
        }
    }

    /**
     * The selective scan: {@code h = exp(d * A) * h + d * b * x} and {@code y = c . h + skip * x}
     * for each column, where {@code d = softplus(delta)} and {@code A = -exp(logDecay)}.
     *
     * @param x positions x columns
     * @param delta positions x columns, the step before softplus
     * @param b positions x states, what enters the state
     * @param c positions x states, what is read from it
     * @param logDecay columns x states
     * @param skip one row: how much of the input passes by
     */
    public static Matrix scan(
            Tape tape,
            Matrix x,
            Matrix delta,
            Matrix b,
            Matrix c,
            Matrix logDecay,
            Matrix skip,
            Segments segments) {
        logDecay.requireShape(x.columns, b.columns);
        SelectiveScan scan = new SelectiveScan(x, delta, b, c, logDecay, skip);
        for (int s = 0; s < segments.count(); s++) {
            scan.forward(segments.from(s), segments.to(s));
        }
        return tape.record(
                scan.out(),
                () -> {
                    for (int s = 0; s < segments.count(); s++) {
                        scan.backward(segments.from(s), segments.to(s));
                    }
                });
    }
}
