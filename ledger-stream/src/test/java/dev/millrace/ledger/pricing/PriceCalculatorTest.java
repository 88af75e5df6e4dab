package dev.millrace.ledger.pricing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.catalog.Price;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Instant;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class PriceCalculatorTest {
    private static final long MAX_RATE = 1_000_000_000_000L;

    @Test
    void halfAMicroUnitIsRoundedUpOnceForTheWholeJob() {
        // 3 kinds of token at 0.2 micro-units each come to 0.6, not to three times nothing
        assertThat(
                        PriceCalculator.costMicros(
                                new TokenCounts(2, 1, 1, 0),
                                price(200_000, 200_000, 200_000, 0, 0)))
                .isEqualTo(1);
        assertThat(
                        PriceCalculator.costMicros(
                                new TokenCounts(1, 0, 0, 0), price(500_000, 0, 0, 0, 0)))
                .isEqualTo(1);
        assertThat(
                        PriceCalculator.costMicros(
                                new TokenCounts(1, 0, 0, 0), price(499_999, 0, 0, 0, 0)))
                .isZero();
    }

    @Test
    void cachedAndReasoningTokensAreChargedAtTheirOwnRatesOnly() {
        Price price = price(1_000_000, 500_000, 2_000_000, 3_000_000, 10);

        // 80 x 1 + 20 x 0.5 + 40 x 2 + 10 x 3 + 10
        assertThat(PriceCalculator.costMicros(new TokenCounts(100, 20, 50, 10), price))
                .isEqualTo(210);
    }

    @Test
    void aCostBeyondALongIsRefusedRatherThanWrapped() {
        Price price = price(MAX_RATE, 0, 0, 0, 0);

        assertThatThrownBy(
                        () ->
                                PriceCalculator.costMicros(
                                        new TokenCounts(Long.MAX_VALUE, 0, 0, 0), price))
                .isInstanceOf(ArithmeticException.class);
    }

    @Property
    void equalsDecimalArithmeticRoundedHalfUp(
            @ForAll("tokens") TokenCounts tokens, @ForAll("prices") Price price) {
        assertThat(PriceCalculator.costMicros(tokens, price))
                .isEqualTo(decimal(tokens, price).longValueExact());
    }

    @Property
    void moreTokensNeverCostLess(
            @ForAll("tokens") TokenCounts tokens, @ForAll("prices") Price price) {
        TokenCounts more =
                new TokenCounts(
                        tokens.input() + 1,
                        tokens.cached(),
                        tokens.output() + 1,
                        tokens.reasoning());

        assertThat(PriceCalculator.costMicros(more, price))
                .isGreaterThanOrEqualTo(PriceCalculator.costMicros(tokens, price));
    }

    @Provide
    Arbitrary<TokenCounts> tokens() {
        Arbitrary<Long> counts =
                Arbitraries.oneOf(
                        Arbitraries.longs().between(0, 200_000),
                        Arbitraries.longs().between(0, 1_000_000_000_000L));
        return Combinators.combine(counts, counts, counts, counts)
                .as(
                        (input, cached, output, reasoning) ->
                                new TokenCounts(
                                        input,
                                        Math.min(input, cached),
                                        output,
                                        Math.min(output, reasoning)));
    }

    @Provide
    Arbitrary<Price> prices() {
        Arbitrary<Long> rates =
                Arbitraries.oneOf(
                        Arbitraries.longs().between(0, 50_000_000),
                        Arbitraries.longs().between(0, MAX_RATE));
        return Combinators.combine(rates, rates, rates, rates, rates)
                .as(PriceCalculatorTest::price);
    }

    private static BigDecimal decimal(TokenCounts tokens, Price price) {
        BigDecimal exact =
                times(tokens.input() - tokens.cached(), price.input())
                        .add(times(tokens.cached(), price.cachedInput()))
                        .add(times(tokens.output() - tokens.reasoning(), price.output()))
                        .add(times(tokens.reasoning(), price.reasoning()))
                        .movePointLeft(6);
        return exact.setScale(0, RoundingMode.HALF_UP).add(BigDecimal.valueOf(price.request()));
    }

    private static BigDecimal times(long tokens, long rate) {
        return BigDecimal.valueOf(tokens).multiply(BigDecimal.valueOf(rate));
    }

    private static Price price(
            long input, long cachedInput, long output, long reasoning, long request) {
        return new Price(
                "cloud", Instant.EPOCH, "USD", input, cachedInput, output, reasoning, request);
    }
}
