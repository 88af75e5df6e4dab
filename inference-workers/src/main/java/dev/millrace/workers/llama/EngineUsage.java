package dev.millrace.workers.llama;

import java.util.OptionalLong;

/**
 * What an attempt took.
 *
 * @param inputTokens tokens of the prompt as the model read it, its template included
 * @param outputTokens tokens written; the one that ends an answer is not counted
 * @param firstTokenMs milliseconds from the start of the model's work to the first token, if any
 * @param modelMs milliseconds that the model worked
 */
public record EngineUsage(
        int inputTokens, int outputTokens, OptionalLong firstTokenMs, long modelMs) {

    public static final EngineUsage NONE = new EngineUsage(0, 0, OptionalLong.empty(), 0);
}
