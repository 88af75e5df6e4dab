package dev.millrace.stack.model;

import java.util.List;

/**
 * An answer as the wire carries it.
 *
 * @param pieces the answer's text, one piece for each of its tokens
 * @param promptTokens cached ones included
 * @param completionTokens reasoning ones included
 */
record Completion(
        List<String> pieces,
        String finishReason,
        int promptTokens,
        int cachedTokens,
        int completionTokens,
        int reasoningTokens) {
    Completion {
        pieces = List.copyOf(pieces);
    }

    String text() {
        return String.join("", pieces);
    }
}
