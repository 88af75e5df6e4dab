/**
 * Trains two tiny language models on the guide and writes them as GGUF files for llama.cpp.
 *
 * <p>Read {@link dev.millrace.trainer.TrainGuide} first.
 */
@NullMarked
package dev.millrace.trainer;

import org.jspecify.annotations.NullMarked;
