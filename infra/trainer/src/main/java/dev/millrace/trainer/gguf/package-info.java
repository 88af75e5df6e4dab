/** Writes GGUF, the file format of llama.cpp. */
@NullMarked
package dev.millrace.trainer.gguf;

import org.jspecify.annotations.NullMarked;
