package dev.millrace.trainer.grad;

import java.util.Arrays;

/**
 * The recurrence of {@link StateSpace#scan}, forward and back. States are rows, columns run inside.
 */
final class SelectiveScan {

    private final Matrix x;
    private final Matrix delta;
    private final Matrix b;
    private final Matrix c;
    private final Matrix logDecay;
    private final Matrix skip;
    private final Matrix out;
    private final int states;
    private final int columns;

    /** A, by state: the negative decay rate of each column. */
    private final float[][] rate;

    /** By position: the step, and by position and state: what is kept, and the state after it. */
    private final float[][] step;

    private final float[][][] kept;
    private final float[][][] state;

    SelectiveScan(Matrix x, Matrix delta, Matrix b, Matrix c, Matrix logDecay, Matrix skip) {
        this.x = x;
        this.delta = delta;
        this.b = b;
        this.c = c;
        this.logDecay = logDecay;
        this.skip = skip;
        this.states = b.columns;
        this.columns = x.columns;
        this.out = new Matrix(x.rows, columns);
        this.step = new float[x.rows][columns];
        this.kept = new float[x.rows][states][columns];
        this.state = new float[x.rows][states][columns];
        this.rate = Kernels.transposed(logDecay.value);
        for (float[] row : rate) {
            for (int j = 0; j < columns; j++) {
                row[j] = -Kernels.exp(row[j]);
            }
        }
    }

    Matrix out() {
        return out;
    }

    void forward(int from, int to) {
        float[] input = new float[columns];
        for (int t = from; t < to; t++) {
            float[] xt = x.value[t];
            for (int j = 0; j < columns; j++) {
                step[t][j] = Kernels.softplus(delta.value[t][j]);
                input[j] = step[t][j] * xt[j];
                out.value[t][j] = skip.value[0][j] * xt[j];
            }
            for (int s = 0; s < states; s++) {
                float[] h = state[t][s];
                for (int j = 0; j < columns; j++) {
                    kept[t][s][j] = Kernels.exp(step[t][j] * rate[s][j]);
                }
                if (t > from) {
                    keep(h, kept[t][s], state[t - 1][s]);
                }
                Kernels.addScaled(h, b.value[t][s], input);
                Kernels.addScaled(out.value[t], c.value[t][s], h);
            }
        }
    }

    private static void keep(float[] h, float[] share, float[] before) {
        for (int j = 0; j < h.length; j++) {
            h[j] = share[j] * before[j];
        }
    }

    void backward(int from, int to) {
        float[][] carried = new float[states][columns];
        float[] nothing = new float[columns];
        float[] stepGradient = new float[columns];
        float[] inputGradient = new float[columns];
        for (int t = to - 1; t >= from; t--) {
            float[] g = out.gradient[t];
            float[] xt = x.value[t];
            Arrays.fill(stepGradient, 0);
            Arrays.fill(inputGradient, 0);
            for (int s = 0; s < states; s++) {
                float[] h = carried[s];
                Kernels.addScaled(h, c.value[t][s], g);
                c.gradient[t][s] += Kernels.dot(g, state[t][s], 0, columns);
                b.gradient[t][s] += inputDot(h, step[t], xt);
                Kernels.addScaled(inputGradient, b.value[t][s], h);
                decay(
                        h,
                        kept[t][s],
                        t > from ? state[t - 1][s] : nothing,
                        s,
                        step[t],
                        stepGradient);
            }
            for (int j = 0; j < columns; j++) {
                x.gradient[t][j] += g[j] * skip.value[0][j] + inputGradient[j] * step[t][j];
                skip.gradient[0][j] += g[j] * xt[j];
                float slope = Kernels.sigmoid(delta.value[t][j]);
                delta.gradient[t][j] += slope * (stepGradient[j] + inputGradient[j] * xt[j]);
            }
        }
    }

    /** Takes the gradient of a state through its decay, to the state one position earlier. */
    private void decay(
            float[] h, float[] share, float[] before, int s, float[] steps, float[] stepGradient) {
        for (int j = 0; j < columns; j++) {
            float exponent = h[j] * before[j] * share[j];
            stepGradient[j] += exponent * rate[s][j];
            // The rate is -exp(logDecay), so its own slope is the rate again.
            logDecay.gradient[j][s] += exponent * steps[j] * rate[s][j];
            h[j] *= share[j];
        }
    }

    private static float inputDot(float[] h, float[] steps, float[] xt) {
        float sum = 0;
        for (int j = 0; j < h.length; j++) {
            sum += h[j] * steps[j] * xt[j];
        }
        return sum;
    }
}
