/**
 * The judge of the invariants: topics, PostgreSQL and delivery records in, a verdict out; no code
 * of the services.
 */
@NullMarked
package dev.millrace.oracle;

import org.jspecify.annotations.NullMarked;
