package dev.millrace.workers.engine;

import dev.millrace.job.JobContent;
import dev.millrace.v1.Message;
import dev.millrace.v1.Usage;
import java.util.List;
import java.util.Optional;

/**
 * Tokens by kind.
 *
 * @param input those read from a cache and written to one included
 * @param cachedInput read from the provider's cache
 * @param cacheWrite written to the provider's cache
 * @param output reasoning ones included
 * @param estimated whether we counted because the engine did not
 */
public record TokenCounts(
        long input,
        long cachedInput,
        long cacheWrite,
        long output,
        long reasoning,
        boolean estimated) {
    public static final TokenCounts NONE = new TokenCounts(0, 0, 0, 0, 0, false);

    public TokenCounts {
        if (input < 0 || output < 0 || cachedInput < 0 || cacheWrite < 0 || reasoning < 0) {
            throw new IllegalArgumentException("token counts are never negative");
        }
        if (cachedInput + cacheWrite > input || reasoning > output) {
            throw new IllegalArgumentException(
                    "cached tokens are part of the input, reasoning tokens of the output");
        }
    }

    /**
     * Counts as an engine reported them, made consistent: a part is never larger than its whole.
     */
    public static TokenCounts reported(long input, long cachedInput, long output, long reasoning) {
        return reported(input, cachedInput, 0, output, reasoning);
    }

    /** Likewise, where the engine also tells what it wrote to a cache. */
    public static TokenCounts reported(
            long input, long cachedInput, long cacheWrite, long output, long reasoning) {
        long in = Math.max(0, input);
        long out = Math.max(0, output);
        long cached = Math.clamp(cachedInput, 0, in);
        return new TokenCounts(
                in,
                cached,
                Math.clamp(cacheWrite, 0, in - cached),
                out,
                Math.clamp(reasoning, 0, out),
                false);
    }

    /** An estimate by length, for an engine that reports nothing. */
    public static TokenCounts estimated(List<Message> messages, String answer) {
        return estimated(
                JobContent.inputTokens(messages, List.of(), List.of(), Optional.empty()), answer);
    }

    /** Likewise, where it is known how much there was to read. */
    public static TokenCounts estimated(long input, String answer) {
        return new TokenCounts(input, 0, 0, JobContent.tokens(answer), 0, true);
    }

    public Usage toUsage() {
        return new Usage(input, cachedInput, output, reasoning, estimated, cacheWrite);
    }
}
