package dev.millrace.trainer.grad;

/**
 * Causal attention over several heads, with rotary positions, as llama.cpp computes it for llama.
 */
public final class Attention {

    private static final double ROTATION_BASE = 10_000;

    private Attention() {}

    /** Turns each pair of neighbouring columns by an angle that grows with the position. */
    public static Matrix rotate(Tape tape, Matrix x, int heads, Segments segments) {
        Matrix out = new Matrix(x.rows, x.columns);
        turn(x.value, out.value, x.columns / heads, segments, 1);
        return tape.record(
                out, () -> turn(out.gradient, x.gradient, x.columns / heads, segments, -1));
    }

    private static void turn(
            float[][] from, float[][] to, int headSize, Segments segments, int direction) {
        for (int pair = 0; pair < headSize / 2; pair++) {
            double frequency = StrictMath.pow(ROTATION_BASE, -2.0 * pair / headSize);
            for (int s = 0; s < segments.count(); s++) {
                for (int t = segments.from(s); t < segments.to(s); t++) {
                    double angle = direction * (t - segments.from(s)) * frequency;
                    float cos = (float) StrictMath.cos(angle);
                    float sin = (float) StrictMath.sin(angle);
                    for (int j = 2 * pair; j < from[t].length; j += headSize) {
                        float a = from[t][j];
                        float b = from[t][j + 1];
                        to[t][j] += a * cos - b * sin;
                        to[t][j + 1] += a * sin + b * cos;
                    }
                }
            }
        }
    }

    /** Each position looks at itself and at what came before it in its segment. */
    public static Matrix causal(
            Tape tape, Matrix query, Matrix key, Matrix value, int heads, Segments segments) {
        Matrix out = new Matrix(query.rows, query.columns);
        float[][][] weights = new float[heads][query.rows][];
        for (int h = 0; h < heads; h++) {
            for (int s = 0; s < segments.count(); s++) {
                Head head = new Head(query, key, value, out, h, heads, segments.from(s));
                for (int t = segments.from(s); t < segments.to(s); t++) {
                    weights[h][t] = head.look(t);
                }
            }
        }
        return tape.record(
                out,
                () -> {
                    for (int h = 0; h < heads; h++) {
                        for (int s = 0; s < segments.count(); s++) {
                            Head head =
                                    new Head(query, key, value, out, h, heads, segments.from(s));
                            for (int t = segments.from(s); t < segments.to(s); t++) {
                                head.learn(t, weights[h][t]);
                            }
                        }
                    }
                });
    }

    /**
     * One head over one segment: columns {@code from} to {@code to}, positions from {@code start}.
     */
    private record Head(
            Matrix query,
            Matrix key,
            Matrix value,
            Matrix out,
            int from,
            int to,
            int start,
            float scale) {

        Head(Matrix query, Matrix key, Matrix value, Matrix out, int head, int heads, int start) {
            int size = query.columns / heads;
            float scale = (float) (1 / StrictMath.sqrt(size));
            this(query, key, value, out, head * size, (head + 1) * size, start, scale);
        }

        float[] look(int t) {
            float[] weight = new float[t - start + 1];
            float max = Float.NEGATIVE_INFINITY;
            for (int i = 0; i < weight.length; i++) {
                weight[i] = scale * Kernels.dot(query.value[t], key.value[start + i], from, to);
                max = Math.max(max, weight[i]);
            }
            float sum = 0;
            for (int i = 0; i < weight.length; i++) {
                weight[i] = Kernels.exp(weight[i] - max);
                sum += weight[i];
            }
            for (int i = 0; i < weight.length; i++) {
                weight[i] /= sum;
                addScaled(out.value[t], weight[i], value.value[start + i]);
            }
            return weight;
        }

        void learn(int t, float[] weight) {
            float[] g = out.gradient[t];
            float[] weightGradient = new float[weight.length];
            float mean = 0;
            for (int i = 0; i < weight.length; i++) {
                weightGradient[i] = Kernels.dot(g, value.value[start + i], from, to);
                mean += weightGradient[i] * weight[i];
                addScaled(value.gradient[start + i], weight[i], g);
            }
            for (int i = 0; i < weight.length; i++) {
                float score = scale * weight[i] * (weightGradient[i] - mean);
                addScaled(query.gradient[t], score, key.value[start + i]);
                addScaled(key.gradient[start + i], score, query.value[t]);
            }
        }

        private void addScaled(float[] sum, float factor, float[] row) {
            for (int j = from; j < to; j++) {
                sum[j] += factor * row[j];
            }
        }
    }
}
