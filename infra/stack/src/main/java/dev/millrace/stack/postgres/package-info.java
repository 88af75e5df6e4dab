/** PostgreSQL without an extra JVM: the real binaries, run as a child process on loopback. */
@NullMarked
package dev.millrace.stack.postgres;

import org.jspecify.annotations.NullMarked;
