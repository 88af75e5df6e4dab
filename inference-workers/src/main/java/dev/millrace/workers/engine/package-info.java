/** The port through which a worker calls a model, and what stands behind it. */
@NullMarked
package dev.millrace.workers.engine;

import org.jspecify.annotations.NullMarked;
