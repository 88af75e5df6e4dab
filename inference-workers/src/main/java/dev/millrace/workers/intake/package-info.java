/**
 * What has been taken from the lane's topics: offsets, bands, and the jobs that wait for a slot.
 */
@NullMarked
package dev.millrace.workers.intake;

import org.jspecify.annotations.NullMarked;
