package dev.millrace.trainer.model;

import dev.millrace.trainer.gguf.GgufTensor;
import dev.millrace.trainer.grad.Matrix;

/**
 * Weights that are learnt, under the name that llama.cpp knows them by.
 *
 * @param storage how they are written
 */
public record Parameter(String name, Matrix matrix, Storage storage) {

    /** How a parameter is laid out in the file. llama.cpp aborts if some of them are not F32. */
    public enum Storage {
        /** In x out here, out rows of in there, half precision. */
        WEIGHT,
        /** Rows as they are, half precision. */
        TABLE,
        /** Rows as they are, full precision; a single row has one dimension. */
        EXACT,
        /** {@code -exp(value)}, rows as they are, full precision. */
        DECAY
    }

    /** Makes the weights what a reader of the file will see, so that they can be judged as such. */
    public void roundAsStored() {
        if (storage == Storage.WEIGHT || storage == Storage.TABLE) {
            for (float[] row : matrix.value) {
                for (int j = 0; j < row.length; j++) {
                    row[j] = Float.float16ToFloat(Float.floatToFloat16(row[j]));
                }
            }
        }
    }

    public GgufTensor stored() {
        return switch (storage) {
            case WEIGHT -> GgufTensor.half(name, transposed());
            case TABLE -> GgufTensor.half(name, matrix.value);
            case EXACT -> GgufTensor.full(name, matrix.value);
            case DECAY -> GgufTensor.full(name, decay());
        };
    }

    private float[][] transposed() {
        float[][] t = new float[matrix.columns][matrix.rows];
        for (int i = 0; i < matrix.rows; i++) {
            for (int j = 0; j < matrix.columns; j++) {
                t[j][i] = matrix.value[i][j];
            }
        }
        return t;
    }

    private float[][] decay() {
        float[][] rates = new float[matrix.rows][matrix.columns];
        for (int i = 0; i < matrix.rows; i++) {
            for (int j = 0; j < matrix.columns; j++) {
                rates[i][j] = (float) -StrictMath.exp(matrix.value[i][j]);
            }
        }
        return rates;
    }
}
