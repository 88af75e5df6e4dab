package dev.millrace.trainer.model;

import dev.millrace.trainer.grad.Matrix;
import dev.millrace.trainer.model.Parameter.Storage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Creates the parameters of a model, in file order, from one seed. */
final class Parameters {

    private final List<Parameter> created = new ArrayList<>();
    private final Random random;

    Parameters(long seed) {
        this.random = new Random(seed);
    }

    /** In x out, spread so that outputs are about as large as inputs, times {@code gain}. */
    Matrix weight(String name, int in, int out, double gain) {
        return add(name, uniform(in, out, gain * StrictMath.sqrt(3.0 / in)), Storage.WEIGHT);
    }

    Matrix table(String name, int rows, int columns, double limit) {
        return add(name, uniform(rows, columns, limit), Storage.TABLE);
    }

    Matrix exact(String name, int rows, int columns, double limit) {
        return add(name, uniform(rows, columns, limit), Storage.EXACT);
    }

    Matrix ones(String name, int columns) {
        Matrix row = new Matrix(1, columns);
        Arrays.fill(row.value[0], 1);
        return add(name, row, Storage.EXACT);
    }

    Matrix add(String name, Matrix matrix, Storage storage) {
        created.add(new Parameter(name, matrix, storage));
        return matrix;
    }

    float between(double low, double high) {
        return (float) (low + (high - low) * random.nextDouble());
    }

    List<Parameter> all() {
        return List.copyOf(created);
    }

    private Matrix uniform(int rows, int columns, double limit) {
        Matrix matrix = new Matrix(rows, columns);
        for (float[] row : matrix.value) {
            for (int j = 0; j < columns; j++) {
                row[j] = between(-limit, limit);
            }
        }
        return matrix;
    }
}
