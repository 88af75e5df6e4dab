package dev.millrace.trainer.grad;

import java.util.ArrayList;
import java.util.List;

/** Remembers what was computed, so that gradients can flow back through it in reverse. */
public final class Tape {

    private final List<Runnable> steps = new ArrayList<>();

    /**
     * Records how the gradient of {@code result} is added to the gradients of what it came from.
     */
    Matrix record(Matrix result, Runnable backward) {
        steps.add(backward);
        return result;
    }

    /** Adds to the gradient of every matrix that led to the recorded loss. */
    public void backward() {
        for (Runnable step : steps.reversed()) {
            step.run();
        }
    }
}
