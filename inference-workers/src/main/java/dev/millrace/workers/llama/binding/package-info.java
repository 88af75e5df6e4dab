/** llama.cpp's C interface, called directly. */
@NullMarked
package dev.millrace.workers.llama.binding;

import org.jspecify.annotations.NullMarked;
