/** Deliveries and attempts in PostgreSQL: what survives a restart. */
@NullMarked
package dev.millrace.dispatcher.store;

import org.jspecify.annotations.NullMarked;
