/**
 * What every service needs to run: connection settings, the live catalog, secrets, topics, the
 * database.
 */
@NullMarked
package dev.millrace.kit;

import org.jspecify.annotations.NullMarked;
