package dev.millrace.ingress.openai;

import dev.millrace.v1.InferenceJob;

/**
 * A chat completion that is asked for.
 *
 * @param includeUsage whether a stream's last chunk before its end tells the tokens used
 */
record ChatRequest(InferenceJob job, boolean stream, boolean includeUsage) {}
