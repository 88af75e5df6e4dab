package dev.millrace.trainer.grad;

/** The loss: how surprised the logits are by the tokens that really follow, in nats. */
public final class CrossEntropy {

    private CrossEntropy() {}

    /**
     * Mean surprise over all rows; its gradient is put into the logits at once, so call {@link
     * Tape#backward()} next.
     */
    public static double of(Matrix logits, int[] targets) {
        double loss = 0;
        for (int t = 0; t < logits.rows; t++) {
            float[] row = logits.value[t];
            float[] gradient = logits.gradient[t];
            float max = row[argmax(row)];
            float sum = 0;
            for (int j = 0; j < row.length; j++) {
                gradient[j] = Kernels.exp(row[j] - max);
                sum += gradient[j];
            }
            loss += StrictMath.log(sum) + max - row[targets[t]];
            float scale = 1 / (sum * logits.rows);
            for (int j = 0; j < row.length; j++) {
                gradient[j] *= scale;
            }
            gradient[targets[t]] -= 1f / logits.rows;
        }
        return loss / logits.rows;
    }

    /** The index of the largest number; the first one of equals. */
    public static int argmax(float[] row) {
        int best = 0;
        for (int j = 1; j < row.length; j++) {
            if (row[j] > row[best]) {
                best = j;
            }
        }
        return best;
    }
}
