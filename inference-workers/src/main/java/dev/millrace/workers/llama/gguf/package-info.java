/**
 * Checks GGUF files in Java before native code sees them: llama.cpp aborts the process, or reads
 * past its buffers, on files that are wrong in ways it does not expect.
 *
 * <p>Read {@link dev.millrace.workers.llama.gguf.GgufFile} first.
 */
@NullMarked
package dev.millrace.workers.llama.gguf;

import org.jspecify.annotations.NullMarked;
