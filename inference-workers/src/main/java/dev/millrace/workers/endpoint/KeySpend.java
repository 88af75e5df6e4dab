package dev.millrace.workers.endpoint;

import dev.millrace.catalog.Price;
import dev.millrace.workers.engine.TokenCounts;
import java.time.Instant;
import java.util.Optional;

/** What calls cost, for a meter: nobody is billed by this. */
public final class KeySpend {
    private static final double TOKENS_OF_A_RATE = 1_000_000;

    private KeySpend() {}

    /** The lane's price at a moment; empty while it is not known. */
    @FunctionalInterface
    public interface Prices {
        Optional<Price> at(Instant moment);
    }

    /**
     * In micro-units. A call that failed has cost what it used: the provider charges that, though
     * the tenant is not charged.
     *
     * @param answered whether the flat charge for a request is due
     */
    static double micros(TokenCounts tokens, boolean answered, Price price) {
        double rates =
                (double) (tokens.input() - tokens.cachedInput()) * price.input()
                        + (double) tokens.cachedInput() * price.cachedInput()
                        + (double) (tokens.output() - tokens.reasoning()) * price.output()
                        + (double) tokens.reasoning() * price.reasoning();
        return rates / TOKENS_OF_A_RATE + (answered ? price.request() : 0);
    }
}
