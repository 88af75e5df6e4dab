/**
 * Answers in a form that is asked for: a JSON schema becomes a {@link
 * dev.millrace.workers.llama.format.Form}, and a {@link
 * dev.millrace.workers.llama.format.FormProgress} says byte by byte what may come next. All of it
 * is Java; llama.cpp's own grammars are not used, since a bad one ends the process.
 */
@NullMarked
package dev.millrace.workers.llama.format;

import org.jspecify.annotations.NullMarked;
