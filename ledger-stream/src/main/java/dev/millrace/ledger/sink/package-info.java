/** Topics into PostgreSQL: rows, sums and offsets in one transaction. Read {@code Sink} first. */
@NullMarked
package dev.millrace.ledger.sink;

import org.jspecify.annotations.NullMarked;
