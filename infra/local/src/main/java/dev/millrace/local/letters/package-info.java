/** Dead letters from outside: reading them, choosing some, sending them in again. */
@NullMarked
package dev.millrace.local.letters;

import org.jspecify.annotations.NullMarked;
