package dev.millrace.stack.model;

import java.util.List;

/**
 * What a caller asked for.
 *
 * @param maxTokens the most output tokens, reasoning included; {@link Integer#MAX_VALUE} where the
 *     caller set none
 * @param stop sequences before which the answer ends
 * @param includeUsage whether a stream ends with a usage chunk
 * @param reasoning whether the model thinks before it answers
 */
record CompletionRequest(
        String model,
        List<Turn> messages,
        int maxTokens,
        List<String> stop,
        boolean stream,
        boolean includeUsage,
        boolean reasoning) {
    CompletionRequest {
        messages = List.copyOf(messages);
        stop = List.copyOf(stop);
    }
}
