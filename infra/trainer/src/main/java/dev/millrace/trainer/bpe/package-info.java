/** Byte-level byte-pair encoding, as in GPT-2. */
@NullMarked
package dev.millrace.trainer.bpe;

import org.jspecify.annotations.NullMarked;
