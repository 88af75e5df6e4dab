/** Callers that wait for a job's end, and what they wait for: its pieces and its result. */
@NullMarked
package dev.millrace.ingress.waiting;

import org.jspecify.annotations.NullMarked;
