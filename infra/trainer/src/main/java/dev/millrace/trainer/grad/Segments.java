package dev.millrace.trainer.grad;

/**
 * Several texts one after the other in the rows of one matrix; nothing flows between them.
 *
 * @param starts the first row of each text, then the number of rows
 */
public record Segments(int... starts) {

    public int count() {
        return starts.length - 1;
    }

    public int from(int segment) {
        return starts[segment];
    }

    public int to(int segment) {
        return starts[segment + 1];
    }

    public int rows() {
        return starts[starts.length - 1];
    }
}
