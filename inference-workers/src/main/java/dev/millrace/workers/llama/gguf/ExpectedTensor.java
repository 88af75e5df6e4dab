package dev.millrace.workers.llama.gguf;

import java.util.Arrays;
import java.util.List;

/**
 * A tensor as an architecture wants it.
 *
 * @param precision whether it may be quantised
 */
record ExpectedTensor(String name, List<Long> dimensions, Precision precision, boolean required) {

    enum Precision {
        /** llama.cpp aborts the process when it is not F32. */
        EXACT,
        ANY
    }

    ExpectedTensor {
        dimensions = List.copyOf(dimensions);
    }

    static ExpectedTensor weight(String name, long... dimensions) {
        return new ExpectedTensor(name, boxed(dimensions), Precision.ANY, true);
    }

    static ExpectedTensor exact(String name, long... dimensions) {
        return new ExpectedTensor(name, boxed(dimensions), Precision.EXACT, true);
    }

    ExpectedTensor optional() {
        return new ExpectedTensor(name, dimensions, precision, false);
    }

    void check(Tensor tensor) throws InvalidGgufException {
        if (!tensor.dimensions().equals(dimensions)) {
            throw new InvalidGgufException(
                    "tensor " + name,
                    "has shape " + tensor.dimensions() + ", expected " + dimensions);
        }
        if (precision == Precision.EXACT && tensor.type() != TensorType.F32) {
            throw new InvalidGgufException(
                    "tensor " + name, "is " + tensor.type() + ", must be F32");
        }
    }

    private static List<Long> boxed(long... dimensions) {
        return Arrays.stream(dimensions).boxed().toList();
    }
}
