/** Partitions pass from worker to worker without a job being run twice or lost. */
@NullMarked
package dev.millrace.workers.handover;

import org.jspecify.annotations.NullMarked;
