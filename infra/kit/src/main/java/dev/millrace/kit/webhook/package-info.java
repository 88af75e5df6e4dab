/** Signed webhooks, for whoever sends and whoever receives them. */
@NullMarked
package dev.millrace.kit.webhook;

import org.jspecify.annotations.NullMarked;
