/**
 * Where a webhook may go: the guard against requests into the network that the dispatcher itself
 * stands in.
 */
@NullMarked
package dev.millrace.dispatcher.target;

import org.jspecify.annotations.NullMarked;
