package dev.millrace.workers.provider;

import dev.langchain4j.model.anthropic.AnthropicTokenUsage;
import dev.langchain4j.model.googleai.GoogleAiGeminiTokenUsage;
import dev.langchain4j.model.openai.OpenAiTokenUsage;
import dev.langchain4j.model.output.TokenUsage;
import dev.millrace.workers.engine.TokenCounts;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What providers count, as we count: the input holds what was read from a cache and written to one,
 * the output holds the reasoning. Each provider draws these lines elsewhere.
 */
public final class Counts {
    private Counts() {}

    /** Empty where the provider has not counted. */
    public static Optional<TokenCounts> of(@Nullable TokenUsage usage) {
        return Optional.ofNullable(
                switch (usage) {
                    case null -> null;
                    case BedrockUsage bedrock -> bedrock.counts();
                    case AnthropicTokenUsage anthropic -> anthropic(anthropic);
                    case GoogleAiGeminiTokenUsage gemini -> gemini(gemini);
                    case OpenAiTokenUsage openAi -> openAi(openAi);
                    default -> plain(usage);
                });
    }

    /** Cached tokens are part of the input, reasoning tokens of the output. */
    private static @Nullable TokenCounts openAi(OpenAiTokenUsage usage) {
        if (usage.inputTokenCount() == null || usage.outputTokenCount() == null) {
            return null;
        }
        return TokenCounts.reported(
                usage.inputTokenCount(),
                usage.inputTokensDetails() == null
                        ? 0
                        : orZero(usage.inputTokensDetails().cachedTokens()),
                usage.outputTokenCount(),
                usage.outputTokensDetails() == null
                        ? 0
                        : orZero(usage.outputTokensDetails().reasoningTokens()));
    }

    /**
     * What touches the cache is counted beside the input. No usage at all reads as zeros in a
     * stream, and no answer takes nothing.
     */
    private static @Nullable TokenCounts anthropic(AnthropicTokenUsage usage) {
        long read = orZero(usage.cacheReadInputTokens());
        long written = orZero(usage.cacheCreationInputTokens());
        long input = orZero(usage.inputTokenCount()) + read + written;
        long output = orZero(usage.outputTokenCount());
        return input + output == 0 ? null : TokenCounts.reported(input, read, written, output, 0);
    }

    /** Thoughts are counted beside the answer. */
    private static @Nullable TokenCounts gemini(GoogleAiGeminiTokenUsage usage) {
        if (usage.inputTokenCount() == null) {
            return null;
        }
        long thoughts = orZero(usage.thoughtsTokenCount());
        return TokenCounts.reported(
                usage.inputTokenCount(),
                orZero(usage.cachedContentTokenCount()),
                orZero(usage.outputTokenCount()) + thoughts,
                thoughts);
    }

    private static @Nullable TokenCounts plain(TokenUsage usage) {
        return usage.inputTokenCount() == null || usage.outputTokenCount() == null
                ? null
                : TokenCounts.reported(usage.inputTokenCount(), 0, usage.outputTokenCount(), 0);
    }

    private static int orZero(@Nullable Integer count) {
        return count == null ? 0 : count;
    }
}
