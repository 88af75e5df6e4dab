/**
 * The engine for chat completions servers: cloud APIs and whatever else speaks their wire format.
 */
@NullMarked
package dev.millrace.workers.chat;

import org.jspecify.annotations.NullMarked;
