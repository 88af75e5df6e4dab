/**
 * The servers behind a lane: which of them gets a call, with which key, and what its answer says
 * about both. What is said to them is not known here.
 */
@NullMarked
package dev.millrace.workers.endpoint;

import org.jspecify.annotations.NullMarked;
