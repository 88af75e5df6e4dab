package dev.millrace.trainer.grad;

import static dev.millrace.trainer.grad.Kernels.addScaled;
import static dev.millrace.trainer.grad.Kernels.multiplyAdd;
import static dev.millrace.trainer.grad.Kernels.sigmoid;
import static dev.millrace.trainer.grad.Kernels.transposed;

/** What both architectures are made of. Rows are token positions unless said otherwise. */
public final class Operations {

    private Operations() {}

    /** Picks rows of a table: the embedding of each id, or the positions that matter. */
    public static Matrix rows(Tape tape, Matrix table, int[] ids) {
        Matrix out = new Matrix(ids.length, table.columns);
        for (int t = 0; t < ids.length; t++) {
            System.arraycopy(table.value[ids[t]], 0, out.value[t], 0, table.columns);
        }
        return tape.record(
                out,
                () -> {
                    for (int t = 0; t < ids.length; t++) {
                        addScaled(table.gradient[ids[t]], 1, out.gradient[t]);
                    }
                });
    }

    /** {@code x * w} for {@code x} of positions x in, {@code w} of in x out. */
    public static Matrix multiply(Tape tape, Matrix x, Matrix w) {
        w.requireShape(x.columns, w.columns);
        Matrix out = new Matrix(x.rows, w.columns);
        multiplyAdd(x.value, w.value, out.value);
        return tape.record(
                out,
                () -> {
                    multiplyAdd(out.gradient, transposed(w.value), x.gradient);
                    multiplyAdd(transposed(x.value), out.gradient, w.gradient);
                });
    }

    /** {@code x * transpose(table)}: the logits, when the output layer is the embedding table. */
    public static Matrix multiplyTransposed(Tape tape, Matrix x, Matrix table) {
        table.requireShape(table.rows, x.columns);
        Matrix out = new Matrix(x.rows, table.rows);
        multiplyAdd(x.value, transposed(table.value), out.value);
        return tape.record(
                out,
                () -> {
                    multiplyAdd(out.gradient, table.value, x.gradient);
                    multiplyAdd(transposed(out.gradient), x.value, table.gradient);
                });
    }

    public static Matrix add(Tape tape, Matrix a, Matrix b) {
        b.requireShape(a.rows, a.columns);
        Matrix out = new Matrix(a.rows, a.columns);
        for (int t = 0; t < out.rows; t++) {
            addScaled(out.value[t], 1, a.value[t]);
            addScaled(out.value[t], 1, b.value[t]);
        }
        return tape.record(
                out,
                () -> {
                    for (int t = 0; t < out.rows; t++) {
                        addScaled(a.gradient[t], 1, out.gradient[t]);
                        addScaled(b.gradient[t], 1, out.gradient[t]);
                    }
                });
    }

    /** Adds the one row of {@code bias} to every row. */
    public static Matrix addRow(Tape tape, Matrix x, Matrix bias) {
        bias.requireShape(1, x.columns);
        Matrix out = new Matrix(x.rows, x.columns);
        for (int t = 0; t < out.rows; t++) {
            addScaled(out.value[t], 1, x.value[t]);
            addScaled(out.value[t], 1, bias.value[0]);
        }
        return tape.record(
                out,
                () -> {
                    for (int t = 0; t < out.rows; t++) {
                        addScaled(x.gradient[t], 1, out.gradient[t]);
                        addScaled(bias.gradient[0], 1, out.gradient[t]);
                    }
                });
    }

    /** {@code silu(gate) * x}, element by element. */
    public static Matrix gated(Tape tape, Matrix gate, Matrix x) {
        x.requireShape(gate.rows, gate.columns);
        Matrix silu = silu(tape, gate);
        Matrix out = new Matrix(x.rows, x.columns);
        for (int t = 0; t < out.rows; t++) {
            for (int j = 0; j < out.columns; j++) {
                out.value[t][j] = silu.value[t][j] * x.value[t][j];
            }
        }
        return tape.record(
                out,
                () -> {
                    for (int t = 0; t < out.rows; t++) {
                        for (int j = 0; j < out.columns; j++) {
                            float g = out.gradient[t][j];
                            silu.gradient[t][j] += g * x.value[t][j];
                            x.gradient[t][j] += g * silu.value[t][j];
                        }
                    }
                });
    }

    /** {@code x * sigmoid(x)}. */
    public static Matrix silu(Tape tape, Matrix x) {
        Matrix out = new Matrix(x.rows, x.columns);
        float[][] slope = new float[x.rows][x.columns];
        for (int t = 0; t < x.rows; t++) {
            for (int j = 0; j < x.columns; j++) {
                float v = x.value[t][j];
                float s = sigmoid(v);
                out.value[t][j] = v * s;
                slope[t][j] = s * (1 + v * (1 - s));
            }
        }
        return tape.record(
                out,
                () -> {
                    for (int t = 0; t < x.rows; t++) {
                        for (int j = 0; j < x.columns; j++) {
                            x.gradient[t][j] += out.gradient[t][j] * slope[t][j];
                        }
                    }
                });
    }

    /** The columns {@code from} (inclusive) to {@code to} (exclusive). */
    public static Matrix columns(Tape tape, Matrix x, int from, int to) {
        Matrix out = new Matrix(x.rows, to - from);
        for (int t = 0; t < x.rows; t++) {
            System.arraycopy(x.value[t], from, out.value[t], 0, out.columns);
        }
        return tape.record(
                out,
                () -> {
                    for (int t = 0; t < x.rows; t++) {
                        for (int j = 0; j < out.columns; j++) {
                            x.gradient[t][from + j] += out.gradient[t][j];
                        }
                    }
                });
    }

    /** Scales each row to a mean square of one, then each column by {@code weight} (one row). */
    public static Matrix rmsNorm(Tape tape, Matrix x, Matrix weight, float epsilon) {
        weight.requireShape(1, x.columns);
        float[] w = weight.value[0];
        Matrix out = new Matrix(x.rows, x.columns);
        float[] inverse = new float[x.rows];
        for (int t = 0; t < x.rows; t++) {
            float[] row = x.value[t];
            float meanSquare = Kernels.dot(row, row, 0, x.columns) / x.columns;
            inverse[t] = (float) (1 / StrictMath.sqrt(meanSquare + epsilon));
            for (int j = 0; j < x.columns; j++) {
                out.value[t][j] = row[j] * inverse[t] * w[j];
            }
        }
        return tape.record(
                out,
                () -> {
                    for (int t = 0; t < x.rows; t++) {
                        float[] row = x.value[t];
                        float[] g = out.gradient[t];
                        float projection = 0;
                        for (int j = 0; j < x.columns; j++) {
                            projection += g[j] * w[j] * row[j];
                            weight.gradient[0][j] += g[j] * row[j] * inverse[t];
                        }
                        float r = inverse[t];
                        float shrink = projection * r * r * r / x.columns;
                        for (int j = 0; j < x.columns; j++) {
                            x.gradient[t][j] += g[j] * w[j] * r - row[j] * shrink;
                        }
                    }
                });
    }
}
