/**
 * A job on its way: its name, the command that carries it, where it is written and where it is
 * found again.
 */
@NullMarked
package dev.millrace.ingress.jobs;

import org.jspecify.annotations.NullMarked;
