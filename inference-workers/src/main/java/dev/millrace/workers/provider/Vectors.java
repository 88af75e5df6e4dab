package dev.millrace.workers.provider;

import java.util.List;
import java.util.Optional;

/**
 * Embeddings, in the order of their texts.
 *
 * @param inputTokens empty where the provider does not count
 * @param model who made them, where the provider says
 */
public record Vectors(
        List<List<Float>> values, Optional<Long> inputTokens, Optional<String> model) {
    public Vectors {
        values = List.copyOf(values);
    }
}
