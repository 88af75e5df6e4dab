package dev.millrace.ledger.pricing;

import dev.millrace.v1.Usage;

/**
 * Tokens by kind, free of contradictions: none negative, cached ones part of the input, reasoning
 * ones part of the output.
 */
public record TokenCounts(long input, long cached, long output, long reasoning) {
    public TokenCounts {
        if (input < 0 || cached < 0 || output < 0 || reasoning < 0) {
            throw new IllegalArgumentException("token counts are never negative");
        }
        if (cached > input || reasoning > output) {
            throw new IllegalArgumentException(
                    "cached is part of input, reasoning is part of output");
        }
    }

    /**
     * What an engine counted; where it contradicts itself, the part is cut to the whole, so nothing
     * is charged twice.
     */
    public static TokenCounts of(Usage usage) {
        long input = Math.max(0, usage.getInputTokens());
        long output = Math.max(0, usage.getOutputTokens());
        return new TokenCounts(
                input,
                Math.clamp(usage.getCachedInputTokens(), 0, input),
                output,
                Math.clamp(usage.getReasoningTokens(), 0, output));
    }
}
