/** A Kafka broker with its controller, as a child process on loopback. */
@NullMarked
package dev.millrace.stack.broker;

import org.jspecify.annotations.NullMarked;
