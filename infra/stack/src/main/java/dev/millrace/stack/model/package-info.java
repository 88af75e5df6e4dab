/**
 * A loopback server that speaks OpenAI's chat completions wire format, standing in for a cloud
 * model where none can be reached. It is no language model: a few rules answer from the prompt
 * itself.
 */
@NullMarked
package dev.millrace.stack.model;

import org.jspecify.annotations.NullMarked;
