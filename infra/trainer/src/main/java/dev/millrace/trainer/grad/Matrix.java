package dev.millrace.trainer.grad;

/**
 * Numbers in rows, with the gradient of the loss beside them.
 *
 * <p>Rows are separate arrays on purpose: HotSpot turns loops over whole arrays into vector code,
 * but not loops over slices of one long array (measured: 48 against 7 GFLOP/s).
 */
public final class Matrix {

    public final int rows;
    public final int columns;
    public final float[][] value;
    public final float[][] gradient;

    public Matrix(int rows, int columns) {
        this(new float[rows][columns]);
    }

    /** A matrix over the given rows, which are not copied and have equal lengths. */
    public Matrix(float[][] value) {
        this.rows = value.length;
        this.columns = value[0].length;
        this.value = value;
        this.gradient = new float[rows][columns];
    }

    public int size() {
        return rows * columns;
    }

    void requireShape(int expectedRows, int expectedColumns) {
        if (rows != expectedRows || columns != expectedColumns) {
            throw new IllegalArgumentException(
                    "shape "
                            + rows
                            + "x"
                            + columns
                            + ", expected "
                            + expectedRows
                            + "x"
                            + expectedColumns);
        }
    }
}
