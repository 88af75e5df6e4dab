package dev.millrace.ledger.pricing;

import dev.millrace.catalog.Catalog;
import dev.millrace.catalog.Price;
import dev.millrace.v1.Decision;
import dev.millrace.v1.InferenceResult;
import dev.millrace.v1.UsageEvent;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;

/** One result into its one usage event: counts, money and times, no content. */
public final class UsagePricing {
    /** Where neither a price nor the lane's prices say otherwise. */
    private static final String DEFAULT_CURRENCY = "USD";

    public static UsageEvent event(InferenceResult result, Charge charge, Catalog catalog) {
        TokenCounts tokens = TokenCounts.of(result.getUsage());
        UsageEvent.Builder event =
                UsageEvent.newBuilder()
                        .setJobId(result.getJobId())
                        .setTenant(result.getTenant())
                        .setLane(result.getLane().orElse(null))
                        .setModel(result.getModel().orElse(null))
                        .setVertical(
                                result.getDecision().map(Decision::getVertical).orElse("unknown"))
                        .setComplexity(
                                result.getDecision().map(Decision::getComplexity).orElse("unknown"))
                        .setOutcome(result.getStatus().name().toLowerCase(Locale.ROOT))
                        .setInputTokens(tokens.input())
                        .setCachedInputTokens(tokens.cached())
                        .setOutputTokens(tokens.output())
                        .setReasoningTokens(tokens.reasoning())
                        .setCacheWriteInputTokens(
                                Math.clamp(
                                        result.getUsage().getCacheWriteInputTokens(),
                                        0,
                                        tokens.input() - tokens.cached()))
                        .setEstimated(result.getUsage().getEstimated())
                        .setAttempts(result.getAttempts())
                        .setQueueMs(Math.max(0, result.getQueueMs()))
                        .setFirstTokenMs(Math.max(0, result.getFirstTokenMs()))
                        .setModelMs(Math.max(0, result.getModelMs()))
                        .setAcceptedAt(result.getAcceptedAt())
                        .setCompletedAt(result.getCompletedAt())
                        .setTags(result.getTags())
                        .setConversationHash(
                                result.getConversation().map(UsagePricing::sha256).orElse(null));
        return switch (charge) {
            case Charge.Priced(long cost, Price price) ->
                    event.setCostMicros(cost)
                            .setCurrency(price.currency())
                            .setPrice(price.id())
                            .build();
            case Charge.Free() -> event.setCurrency(currencyOf(result, catalog)).build();
            case Charge.Unpriced(String reason) ->
                    event.setCurrency(currencyOf(result, catalog)).build();
        };
    }

    /** An uncharged event is summed beside the lane's charged ones. */
    private static String currencyOf(InferenceResult result, Catalog catalog) {
        return result.getLane()
                .flatMap(lane -> catalog.priceAt(lane, result.getCompletedAt()))
                .map(Price::currency)
                .orElse(DEFAULT_CURRENCY);
    }

    private static String sha256(String text) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            return HexFormat.of().formatHex(digest.digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    private UsagePricing() {}
}
