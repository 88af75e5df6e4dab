/** The two architectures: a llama transformer and a Mamba state-space model. */
@NullMarked
package dev.millrace.trainer.model;

import org.jspecify.annotations.NullMarked;
