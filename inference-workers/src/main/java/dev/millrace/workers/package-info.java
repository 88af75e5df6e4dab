/** One lane's worker: {@link dev.millrace.workers.LaneWorker} is the flow, to be read first. */
@NullMarked
package dev.millrace.workers;

import org.jspecify.annotations.NullMarked;
