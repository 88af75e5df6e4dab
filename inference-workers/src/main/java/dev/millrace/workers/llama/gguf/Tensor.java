package dev.millrace.workers.llama.gguf;

import java.util.List;

/**
 * An entry of the table of tensors.
 *
 * @param dimensions the length of a row first, without trailing ones
 * @param offset bytes from the start of the data section
 * @param bytes how much data it has
 */
record Tensor(String name, TensorType type, List<Long> dimensions, long offset, long bytes) {

    Tensor {
        dimensions = List.copyOf(dimensions);
    }
}
