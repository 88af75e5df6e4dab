/**
 * Signed callbacks, tried until they are delivered or exhausted. Read {@link
 * dev.millrace.dispatcher.DispatchFlow} first.
 */
@NullMarked
package dev.millrace.dispatcher;

import org.jspecify.annotations.NullMarked;
