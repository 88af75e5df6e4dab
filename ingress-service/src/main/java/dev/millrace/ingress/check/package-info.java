/** What makes a job acceptable, and its fingerprint: pure functions. */
@NullMarked
package dev.millrace.ingress.check;

import org.jspecify.annotations.NullMarked;
