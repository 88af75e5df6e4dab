package dev.millrace.trainer.grad;

/** The inner loops that take the time. Sums run in a fixed order, so results never vary. */
final class Kernels {

    private Kernels() {}

    /** {@code c += a * b} for {@code a} of m x k, {@code b} of k x n. */
    static void multiplyAdd(float[][] a, float[][] b, float[][] c) {
        int inner = b.length;
        for (int i = 0; i < a.length; i++) {
            float[] ai = a[i];
            float[] ci = c[i];
            int p = 0;
            for (; p + 3 < inner; p += 4) {
                addFour(
                        ci, ai[p], b[p], ai[p + 1], b[p + 1], ai[p + 2], b[p + 2], ai[p + 3],
                        b[p + 3]);
            }
            for (; p < inner; p++) {
                addScaled(ci, ai[p], b[p]);
            }
        }
    }

    private static void addFour(
            float[] sum,
            float a0,
            float[] b0,
            float a1,
            float[] b1,
            float a2,
            float[] b2,
            float a3,
            float[] b3) {
        for (int j = 0; j < sum.length; j++) {
            sum[j] += a0 * b0[j] + a1 * b1[j] + a2 * b2[j] + a3 * b3[j];
        }
    }

    static void addScaled(float[] sum, float factor, float[] row) {
        for (int j = 0; j < sum.length; j++) {
            sum[j] += factor * row[j];
        }
    }

    static float[][] transposed(float[][] a) {
        float[][] t = new float[a[0].length][a.length];
        for (int i = 0; i < a.length; i++) {
            for (int j = 0; j < t.length; j++) {
                t[j][i] = a[i][j];
            }
        }
        return t;
    }

    static float dot(float[] a, float[] b, int from, int to) {
        float sum = 0;
        for (int j = from; j < to; j++) {
            sum += a[j] * b[j];
        }
        return sum;
    }

    // StrictMath, here and elsewhere: Math's intrinsics may differ between machines, and the files
    // that a seed gives may not.
    static float exp(float x) {
        return (float) StrictMath.exp(x);
    }

    static float sigmoid(float x) {
        return (float) (1.0 / (1.0 + StrictMath.exp(-x)));
    }

    /** {@code log(1 + exp(x))}, cut as llama.cpp cuts it. */
    static float softplus(float x) {
        return x > 20 ? x : (float) StrictMath.log1p(StrictMath.exp(x));
    }
}
