/** The same real servers for integration tests, one set per JVM. */
@NullMarked
package dev.millrace.stack.testing;

import org.jspecify.annotations.NullMarked;
