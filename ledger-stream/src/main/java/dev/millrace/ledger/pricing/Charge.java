package dev.millrace.ledger.pricing;

import dev.millrace.catalog.Catalog;
import dev.millrace.catalog.Price;
import dev.millrace.v1.InferenceResult;
import java.util.Optional;

/** What a result comes to. */
public sealed interface Charge {

    /** Charged at a price of the catalog. */
    record Priced(long costMicros, Price price) implements Charge {}

    /** Never charged: it failed, was rejected, expired, or no model ran. */
    record Free() implements Charge {}

    /**
     * It should be charged and no price says how much. The event is kept with its tokens, at 0 and
     * without a price, so that it can be found ({@code ledger.unpriced}) and corrected; it is never
     * held back, because that would stop every tenant's ledger for one lane's mistake.
     *
     * @param reason no_price, no_lane, too_large or unknown_status
     */
    record Unpriced(String reason) implements Charge {}

    /** Decides by the catalog's price in force when the result was completed. */
    static Charge of(InferenceResult result, Catalog catalog) {
        return switch (result.getStatus()) {
            case FAILED, REJECTED, EXPIRED -> new Free();
            case SUCCEEDED -> charged(result, catalog);
            case CANCELLED -> result.getLane().isEmpty() ? new Free() : charged(result, catalog);
            case UNKNOWN -> new Unpriced("unknown_status");
        };
    }

    private static Charge charged(InferenceResult result, Catalog catalog) {
        if (result.getLane().isEmpty()) {
            return new Unpriced("no_lane");
        }
        Optional<Price> price = catalog.priceAt(result.getLane().get(), result.getCompletedAt());
        if (price.isEmpty()) {
            return new Unpriced("no_price");
        }
        try {
            long cost = PriceCalculator.costMicros(TokenCounts.of(result.getUsage()), price.get());
            return new Priced(cost, price.get());
        } catch (ArithmeticException e) {
            return new Unpriced("too_large");
        }
    }
}
