package dev.millrace.trainer.grad;

import java.util.List;

/** Adam with decoupled weight decay. Clears the gradients that it has used. */
public final class AdamW {

    private static final float MEAN_DECAY = 0.9f;
    private static final float SQUARE_DECAY = 0.98f;
    private static final float EPSILON = 1e-8f;
    private static final float LARGEST_NORM = 1f;

    private final List<Matrix> parameters;
    private final float weightDecay;
    private final List<float[][]> means;
    private final List<float[][]> squares;
    private int steps;

    public AdamW(List<Matrix> parameters, float weightDecay) {
        this.parameters = List.copyOf(parameters);
        this.weightDecay = weightDecay;
        this.means = this.parameters.stream().map(p -> new float[p.rows][p.columns]).toList();
        this.squares = this.parameters.stream().map(p -> new float[p.rows][p.columns]).toList();
    }

    public void step(float learningRate) {
        steps++;
        float scale = clipping();
        float meanBias = (float) (1 - StrictMath.pow(MEAN_DECAY, steps));
        float squareBias = (float) (1 - StrictMath.pow(SQUARE_DECAY, steps));
        for (int p = 0; p < parameters.size(); p++) {
            Matrix parameter = parameters.get(p);
            // Norms, biases and other single rows are not pulled towards zero.
            float decay = parameter.rows > 1 ? learningRate * weightDecay : 0;
            for (int i = 0; i < parameter.rows; i++) {
                update(
                        parameter.value[i],
                        parameter.gradient[i],
                        means.get(p)[i],
                        squares.get(p)[i],
                        new Rates(learningRate / meanBias, 1 / squareBias, decay, scale));
            }
        }
    }

    private record Rates(float mean, float square, float decay, float scale) {}

    private static void update(float[] w, float[] g, float[] mean, float[] square, Rates rates) {
        for (int j = 0; j < w.length; j++) {
            float gradient = g[j] * rates.scale;
            mean[j] = MEAN_DECAY * mean[j] + (1 - MEAN_DECAY) * gradient;
            square[j] = SQUARE_DECAY * square[j] + (1 - SQUARE_DECAY) * gradient * gradient;
            float size = (float) Math.sqrt(square[j] * rates.square) + EPSILON;
            w[j] -= rates.mean * mean[j] / size + rates.decay * w[j];
            g[j] = 0;
        }
    }

    /** The factor that keeps one odd batch from throwing the weights far away. */
    private float clipping() {
        double sum = 0;
        for (Matrix parameter : parameters) {
            for (float[] row : parameter.gradient) {
                for (float g : row) {
                    sum += g * g;
                }
            }
        }
        float norm = (float) StrictMath.sqrt(sum);
        return norm > LARGEST_NORM ? LARGEST_NORM / norm : 1;
    }
}
