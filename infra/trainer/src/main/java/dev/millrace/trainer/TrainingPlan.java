package dev.millrace.trainer;

/**
 * How to train.
 *
 * @param steps updates of the weights
 * @param lessonsPerStep questions of the guide looked at for each of them
 * @param beyondPerStep prompts that the guide has no answer to, likewise
 * @param peakRate the learning rate after warming up; it then falls along a cosine
 */
public record TrainingPlan(
        int steps,
        int lessonsPerStep,
        int beyondPerStep,
        float peakRate,
        float weightDecay,
        long seed) {

    private static final double WARM_UP_SHARE = 0.05;
    private static final double FINAL_SHARE = 0.02;

    public TrainingPlan {
        if (steps < 1 || lessonsPerStep < 1) {
            throw new IllegalArgumentException("a plan needs at least one step of one lesson");
        }
    }

    float rate(int step) {
        double warmUp = Math.max(1, steps * WARM_UP_SHARE);
        if (step < warmUp) {
            return (float) (peakRate * (step + 1) / (warmUp + 1));
        }
        double progress = (step - warmUp) / (steps - warmUp);
        double cosine = (1 + StrictMath.cos(StrictMath.PI * progress)) / 2;
        return (float) (peakRate * (FINAL_SHARE + (1 - FINAL_SHARE) * cosine));
    }
}
