/** One attempt: sign it, send it, say what came of it. */
@NullMarked
package dev.millrace.dispatcher.send;

import org.jspecify.annotations.NullMarked;
