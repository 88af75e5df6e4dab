/**
 * Fault tests: parts of a whole stack die while jobs flow, and the oracle judges what became of
 * them.
 */
@NullMarked
package dev.millrace.faults;

import org.jspecify.annotations.NullMarked;
