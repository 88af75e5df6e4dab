package dev.millrace.ledger.pricing;

import dev.millrace.catalog.Price;
import java.math.BigInteger;

/**
 * Tokens times rates, in whole micro-units of the price's currency; exact also where a product
 * exceeds a long.
 */
public final class PriceCalculator {
    private static final long TOKENS_PER_RATE = 1_000_000;
    private static final BigInteger HALF = BigInteger.valueOf(TOKENS_PER_RATE / 2);
    private static final BigInteger WHOLE = BigInteger.valueOf(TOKENS_PER_RATE);

    /**
     * The cost in micro-units: each kind of token at its rate, the sum rounded half up once, and
     * the flat charge.
     *
     * @throws ArithmeticException when the cost itself exceeds a long
     */
    public static long costMicros(TokenCounts tokens, Price price) {
        long plainInput = tokens.input() - tokens.cached();
        long plainOutput = tokens.output() - tokens.reasoning();
        try {
            long sum = Math.multiplyExact(plainInput, price.input());
            sum = Math.addExact(sum, Math.multiplyExact(tokens.cached(), price.cachedInput()));
            sum = Math.addExact(sum, Math.multiplyExact(plainOutput, price.output()));
            sum = Math.addExact(sum, Math.multiplyExact(tokens.reasoning(), price.reasoning()));
            long rounded = Math.addExact(sum, TOKENS_PER_RATE / 2) / TOKENS_PER_RATE;
            return Math.addExact(rounded, price.request());
        } catch (ArithmeticException e) {
            return product(plainInput, price.input())
                    .add(product(tokens.cached(), price.cachedInput()))
                    .add(product(plainOutput, price.output()))
                    .add(product(tokens.reasoning(), price.reasoning()))
                    .add(HALF)
                    .divide(WHOLE)
                    .add(BigInteger.valueOf(price.request()))
                    .longValueExact();
        }
    }

    private static BigInteger product(long tokens, long rate) {
        return BigInteger.valueOf(tokens).multiply(BigInteger.valueOf(rate));
    }

    private PriceCalculator() {}
}
