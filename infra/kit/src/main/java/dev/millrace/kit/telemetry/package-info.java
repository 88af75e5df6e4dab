/** Traces: the names, the context that travels with every record, and the spans. */
@NullMarked
package dev.millrace.kit.telemetry;

import org.jspecify.annotations.NullMarked;
