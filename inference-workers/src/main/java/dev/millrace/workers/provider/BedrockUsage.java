package dev.millrace.workers.provider;

import dev.langchain4j.model.output.TokenUsage;
import dev.millrace.workers.engine.TokenCounts;

/** What Bedrock counts: tokens read from a cache or written to one stand beside the input. */
final class BedrockUsage extends TokenUsage {
    private final TokenCounts counts;

    BedrockUsage(long input, long read, long written, long output) {
        super((int) (input + read + written), (int) output);
        this.counts = TokenCounts.reported(input + read + written, read, written, output, 0);
    }

    TokenCounts counts() {
        return counts;
    }
}
