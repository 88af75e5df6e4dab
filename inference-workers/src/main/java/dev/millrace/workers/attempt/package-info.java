/** One attempt at one job: from the lane's record to the acknowledged outcome. */
@NullMarked
package dev.millrace.workers.attempt;

import org.jspecify.annotations.NullMarked;
