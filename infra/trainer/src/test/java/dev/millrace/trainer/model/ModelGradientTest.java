package dev.millrace.trainer.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.millrace.trainer.grad.CrossEntropy;
import dev.millrace.trainer.grad.Matrix;
import dev.millrace.trainer.grad.Segments;
import dev.millrace.trainer.grad.Tape;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ModelGradientTest {

    private static final float STEP = 1e-2f;

    private static final int[] IDS = {1, 5, 3, 7, 2, 4, 6, 0, 8};
    private static final Segments SEGMENTS = new Segments(0, 4, 9);
    private static final int[] ASKED = {1, 2, 5, 6, 7};
    private static final int[] TARGETS = {3, 7, 6, 0, 8};

    static Stream<LanguageModel> models() {
        return Stream.of(
                new LlamaModel(new LlamaModel.Shape(9, 16, 2, 2, 24), 3),
                new MambaModel(new MambaModel.Shape(9, 16, 2, 4), 3));
    }

    @ParameterizedTest
    @MethodSource("models")
    void theSteepestWeightOfEveryParameterHasTheGradientThatASmallStepShows(LanguageModel model) {
        // Given
        Tape tape = new Tape();
        CrossEntropy.of(model.logits(tape, IDS, SEGMENTS, ASKED), TARGETS);

        // When
        tape.backward();

        // Then
        for (Parameter parameter : model.parameters()) {
            Matrix matrix = parameter.matrix();
            int row = steepestRow(matrix);
            int column = steepestColumn(matrix.gradient[row]);
            float gradient = matrix.gradient[row][column];
            assertThat((double) gradient)
                    .as(parameter.name())
                    .isCloseTo(
                            slope(model, matrix.value[row], column),
                            within(2e-4 + 0.03 * Math.abs(gradient)));
            assertThat(gradient).as(parameter.name()).isNotZero();
        }
    }

    private static double slope(LanguageModel model, float[] row, int column) {
        float original = row[column];
        row[column] = original + STEP;
        double above = loss(model);
        row[column] = original - STEP;
        double below = loss(model);
        row[column] = original;
        return (above - below) / (2 * STEP);
    }

    private static double loss(LanguageModel model) {
        return CrossEntropy.of(model.logits(new Tape(), IDS, SEGMENTS, ASKED), TARGETS);
    }

    private static int steepestRow(Matrix matrix) {
        int best = 0;
        for (int i = 1; i < matrix.rows; i++) {
            if (steepness(matrix.gradient[i]) > steepness(matrix.gradient[best])) {
                best = i;
            }
        }
        return best;
    }

    private static float steepness(float[] row) {
        return Math.abs(row[steepestColumn(row)]);
    }

    private static int steepestColumn(float[] row) {
        int best = 0;
        for (int j = 1; j < row.length; j++) {
            if (Math.abs(row[j]) > Math.abs(row[best])) {
                best = j;
            }
        }
        return best;
    }
}
