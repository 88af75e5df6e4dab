/**
 * The real servers that Millrace runs on, as child processes: what they have in common.
 *
 * <p>A {@link dev.millrace.stack.ServerSpec} says how one server is prepared, started, probed and
 * stopped; a {@link dev.millrace.stack.Launcher} starts it and hands back a {@link
 * dev.millrace.stack.RunningProcess}. Who restarts what, and when, is the caller's business.
 */
@NullMarked
package dev.millrace.stack;

import org.jspecify.annotations.NullMarked;
