/**
 * What a worker and its engine process say to each other: one JSON object on each line, commands to
 * the engine's standard input, events from its standard output.
 */
@NullMarked
package dev.millrace.workers.llama.protocol;

import org.jspecify.annotations.NullMarked;
