/** The OpenAI-shaped edge: that API's requests, answers, streams and errors over the same jobs. */
@NullMarked
package dev.millrace.ingress.openai;

import org.jspecify.annotations.NullMarked;
