/**
 * What stands between the pure flow and Kafka Streams: the processor, serdes, and what to do about
 * failures.
 */
@NullMarked
package dev.millrace.classifier.stream;

import org.jspecify.annotations.NullMarked;
