package dev.millrace.catalog;

import java.time.Instant;

/**
 * What a lane costs from a moment on. Rates are micro-units of the currency for a million tokens.
 *
 * @param cachedInput for input tokens read from a cache; they are part of the input tokens
 * @param reasoning for reasoning tokens; they are part of the output tokens
 * @param request a flat charge for each charged job, in micro-units
 */
public record Price(
        String lane,
        Instant effectiveFrom,
        String currency,
        long input,
        long cachedInput,
        long output,
        long reasoning,
        long request)
        implements CatalogItem {
    public Price {
        if (input < 0 || cachedInput < 0 || output < 0 || reasoning < 0 || request < 0) {
            throw new IllegalArgumentException("lane=" + lane + " a price is never negative");
        }
        if (!currency.matches("[A-Z]{3}")) {
            throw new IllegalArgumentException(
                    "lane=" + lane + " currency is three capital letters");
        }
    }

    @Override
    public String kind() {
        return "price";
    }

    /** How results and usage events name the price that was applied. */
    @Override
    public String id() {
        return lane + "/" + effectiveFrom;
    }
}
