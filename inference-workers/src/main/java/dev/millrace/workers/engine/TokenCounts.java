package dev.millrace.workers.engine;

import dev.millrace.v1.Message;
import dev.millrace.v1.Usage;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Tokens by kind.
 *
 * @param input cached ones included
 * @param output reasoning ones included
 * @param estimated whether we counted because the engine did not
 */
public record TokenCounts(
        long input, long cachedInput, long output, long reasoning, boolean estimated) {
    public static final TokenCounts NONE = new TokenCounts(0, 0, 0, 0, false);

    /** English text has about four bytes to a token. */
    private static final int BYTES_PER_TOKEN = 4;

    /** What the framing of a message costs. */
    private static final int TOKENS_PER_MESSAGE = 4;

    public TokenCounts {
        if (input < 0 || output < 0 || cachedInput < 0 || reasoning < 0) {
            throw new IllegalArgumentException("token counts are never negative");
        }
        if (cachedInput > input || reasoning > output) {
            throw new IllegalArgumentException(
                    "cached tokens are part of the input, reasoning tokens of the output");
        }
    }

    /**
     * Counts as an engine reported them, made consistent: a part is never larger than its whole.
     */
    public static TokenCounts reported(long input, long cachedInput, long output, long reasoning) {
        long in = Math.max(0, input);
        long out = Math.max(0, output);
        return new TokenCounts(
                in, Math.clamp(cachedInput, 0, in), out, Math.clamp(reasoning, 0, out), false);
    }

    /** An estimate by length, for an engine that reports nothing. */
    public static TokenCounts estimated(List<Message> messages, String answer) {
        long input =
                messages.stream()
                        .mapToLong(message -> TOKENS_PER_MESSAGE + tokens(message.getContent()))
                        .sum();
        return new TokenCounts(input, 0, tokens(answer), 0, true);
    }

    public Usage toUsage() {
        return new Usage(input, cachedInput, output, reasoning, estimated);
    }

    private static long tokens(String text) {
        return Math.ceilDiv(text.getBytes(StandardCharsets.UTF_8).length, BYTES_PER_TOKEN);
    }
}
