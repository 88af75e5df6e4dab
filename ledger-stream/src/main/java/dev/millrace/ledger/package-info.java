/**
 * Results priced, summed and kept. Read {@link dev.millrace.ledger.LedgerTopology} first, then
 * {@code sink}.
 */
@NullMarked
package dev.millrace.ledger;

import org.jspecify.annotations.NullMarked;
