package dev.millrace.trainer.grad;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Compares every gradient with the slope that a small step shows. */
class GradientTest {

    private static final double STEP = 1e-2;

    private static final Segments TWO_TEXTS = new Segments(0, 3, 7);

    private final Random random = new Random(5);

    @TestFactory
    Stream<DynamicTest> everyGradientIsTheSlope() {
        return Stream.of(
                check("rows", (t, m) -> Operations.rows(t, m.get(0), new int[] {2, 0, 2}), 4, 3),
                check("multiply", (t, m) -> Operations.multiply(t, m.get(0), m.get(1)), 3, 6, 6, 5),
                check(
                        "multiplyTransposed",
                        (t, m) -> Operations.multiplyTransposed(t, m.get(0), m.get(1)),
                        3,
                        6,
                        5,
                        6),
                check("add", (t, m) -> Operations.add(t, m.get(0), m.get(1)), 3, 4, 3, 4),
                check("addRow", (t, m) -> Operations.addRow(t, m.get(0), m.get(1)), 3, 4, 1, 4),
                check("gated", (t, m) -> Operations.gated(t, m.get(0), m.get(1)), 3, 4, 3, 4),
                check("silu", (t, m) -> Operations.silu(t, m.get(0)), 3, 4),
                check("columns", (t, m) -> Operations.columns(t, m.get(0), 1, 3), 3, 4),
                check(
                        "rmsNorm",
                        (t, m) -> Operations.rmsNorm(t, m.get(0), m.get(1), 1e-5f),
                        3,
                        4,
                        1,
                        4),
                check("rotate", (t, m) -> Attention.rotate(t, m.get(0), 2, TWO_TEXTS), 7, 8),
                check(
                        "attention",
                        (t, m) -> Attention.causal(t, m.get(0), m.get(1), m.get(2), 2, TWO_TEXTS),
                        7,
                        8,
                        7,
                        8,
                        7,
                        8),
                check(
                        "convolve",
                        (t, m) -> StateSpace.convolve(t, m.get(0), m.get(1), m.get(2), TWO_TEXTS),
                        7,
                        5,
                        5,
                        3,
                        1,
                        5),
                check("scan", GradientTest::scan, 7, 4, 7, 4, 7, 3, 7, 3, 4, 3, 1, 4));
    }

    private static Matrix scan(Tape tape, List<Matrix> m) {
        return StateSpace.scan(
                tape, m.get(0), m.get(1), m.get(2), m.get(3), m.get(4), m.get(5), TWO_TEXTS);
    }

    /** Shapes are rows and columns of each input in turn. */
    private DynamicTest check(
            String name, BiFunction<Tape, List<Matrix>, Matrix> operation, int... shapes) {
        return DynamicTest.dynamicTest(
                name,
                () -> {
                    // Given
                    List<Matrix> inputs = new ArrayList<>();
                    for (int i = 0; i < shapes.length; i += 2) {
                        inputs.add(randomMatrix(shapes[i], shapes[i + 1]));
                    }
                    Tape tape = new Tape();
                    Matrix out = operation.apply(tape, inputs);
                    Matrix pull = randomMatrix(out.rows, out.columns);
                    for (int i = 0; i < out.rows; i++) {
                        System.arraycopy(pull.value[i], 0, out.gradient[i], 0, out.columns);
                    }

                    // When
                    tape.backward();

                    // Then
                    for (Matrix input : inputs) {
                        compare(input, () -> weighted(operation.apply(new Tape(), inputs), pull));
                    }
                });
    }

    private interface Loss {
        double value();
    }

    private static void compare(Matrix input, Loss loss) {
        for (int i = 0; i < input.rows; i++) {
            for (int j = 0; j < input.columns; j++) {
                float original = input.value[i][j];
                input.value[i][j] = (float) (original + STEP);
                double above = loss.value();
                input.value[i][j] = (float) (original - STEP);
                double below = loss.value();
                input.value[i][j] = original;
                double slope = (above - below) / (2 * STEP);
                assertThat((double) input.gradient[i][j])
                        .isCloseTo(slope, within(2e-3 + 1e-2 * Math.abs(slope)));
            }
        }
    }

    private static double weighted(Matrix out, Matrix pull) {
        double sum = 0;
        for (int i = 0; i < out.rows; i++) {
            for (int j = 0; j < out.columns; j++) {
                sum += (double) out.value[i][j] * pull.value[i][j];
            }
        }
        return sum;
    }

    private Matrix randomMatrix(int rows, int columns) {
        Matrix matrix = new Matrix(rows, columns);
        for (float[] row : matrix.value) {
            for (int j = 0; j < columns; j++) {
                row[j] = 2 * random.nextFloat() - 1;
            }
        }
        return matrix;
    }
}
