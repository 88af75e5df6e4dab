/**
 * Fairness between the tenants of a lane: what is known of the lanes, and who is over its share.
 */
@NullMarked
package dev.millrace.classifier.fair;

import org.jspecify.annotations.NullMarked;
