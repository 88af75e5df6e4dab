/** What the service does on the broker, behind the ports of its flow. */
@NullMarked
package dev.millrace.ingress.broker;

import org.jspecify.annotations.NullMarked;
