package dev.millrace.oracle;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.v1.InferenceResult;
import dev.millrace.v1.ResultStatus;
import dev.millrace.v1.Usage;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a result costs by the published prices: our own arithmetic, in decimals, where the ledger's
 * is in integers.
 */
final class Prices {
    private static final BigDecimal MILLION = BigDecimal.valueOf(1_000_000);
    private final Map<String, TreeMap<Instant, JsonNode>> byLane = new HashMap<>();

    void add(JsonNode entry) {
        byLane.computeIfAbsent(entry.path("lane").asText(), lane -> new TreeMap<>())
                .put(Instant.parse(entry.path("effective_from").asText()), entry);
    }

    void remove(String lane, Instant effectiveFrom) {
        TreeMap<Instant, JsonNode> dated = byLane.get(lane);
        if (dated != null) {
            dated.remove(effectiveFrom);
        }
    }

    /** Micro-units; 0 for what is not charged. */
    long cost(InferenceResult result) {
        boolean charged =
                result.getStatus() == ResultStatus.SUCCEEDED
                        || result.getStatus() == ResultStatus.CANCELLED;
        if (!charged || result.getLane().isEmpty()) {
            return 0;
        }
        TreeMap<Instant, JsonNode> dated = byLane.get(result.getLane().get());
        Map.Entry<Instant, JsonNode> price =
                dated == null ? null : dated.floorEntry(result.getCompletedAt());
        return price == null ? 0 : cost(result.getUsage(), price.getValue());
    }

    private static long cost(Usage usage, JsonNode price) {
        BigDecimal input = rate(price, "input", BigDecimal.ZERO);
        BigDecimal output = rate(price, "output", BigDecimal.ZERO);
        BigDecimal cached = rate(price, "cached_input", input);
        BigDecimal reasoning = rate(price, "reasoning", output);
        BigDecimal tokens =
                input.multiply(tokens(usage.getInputTokens() - usage.getCachedInputTokens()))
                        .add(cached.multiply(tokens(usage.getCachedInputTokens())))
                        .add(
                                output.multiply(
                                        tokens(
                                                usage.getOutputTokens()
                                                        - usage.getReasoningTokens())))
                        .add(reasoning.multiply(tokens(usage.getReasoningTokens())));
        return tokens.divide(MILLION)
                .setScale(0, RoundingMode.HALF_UP)
                .add(rate(price, "request", BigDecimal.ZERO))
                .longValueExact();
    }

    private static BigDecimal rate(JsonNode price, String field, BigDecimal otherwise) {
        return price.hasNonNull(field) ? price.get(field).decimalValue() : otherwise;
    }

    private static BigDecimal tokens(long count) {
        return BigDecimal.valueOf(count);
    }
}
