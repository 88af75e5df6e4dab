/** Threads that do one step after another, and begin anew after a failure. */
@NullMarked
package dev.millrace.ingress.loop;

import org.jspecify.annotations.NullMarked;
