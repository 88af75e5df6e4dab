/**
 * Models that run on this machine: llama.cpp in a process of its own for each engine.
 *
 * <p>Read {@link dev.millrace.workers.llama.LlamaEngineClient} for the worker's side and {@link
 * dev.millrace.workers.llama.LlamaEngineProcess} for the other.
 */
@NullMarked
package dev.millrace.workers.llama;

import org.jspecify.annotations.NullMarked;
