/** What the Kafka Streams applications share: bad records, outages, restarts of a thread. */
@NullMarked
package dev.millrace.kit.streams;

import org.jspecify.annotations.NullMarked;
