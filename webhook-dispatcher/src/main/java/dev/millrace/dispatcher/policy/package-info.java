/** What follows from an attempt. Pure: time and chance are arguments. */
@NullMarked
package dev.millrace.dispatcher.policy;

import org.jspecify.annotations.NullMarked;
