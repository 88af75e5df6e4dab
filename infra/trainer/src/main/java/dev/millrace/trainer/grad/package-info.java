/** Matrices with gradients, the operations that the models need, and the optimiser. */
@NullMarked
package dev.millrace.trainer.grad;

import org.jspecify.annotations.NullMarked;
