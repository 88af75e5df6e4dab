/** What a result costs. Pure: no clock, no outside effects. */
@NullMarked
package dev.millrace.ledger.pricing;

import org.jspecify.annotations.NullMarked;
