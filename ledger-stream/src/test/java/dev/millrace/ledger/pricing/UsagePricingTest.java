package dev.millrace.ledger.pricing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.catalog.Catalog;
import dev.millrace.catalog.Price;
import dev.millrace.job.Usages;
import dev.millrace.ledger.Examples;
import dev.millrace.v1.InferenceResult;
import dev.millrace.v1.ResultStatus;
import dev.millrace.v1.UsageEvent;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class UsagePricingTest {
    private static final Catalog CATALOG = Examples.catalog(1);

    @Test
    void aSuccessIsChargedAtThePriceInForceWhenItWasCompleted() {
        InferenceResult after = Examples.succeeded("job-1");
        InferenceResult before =
                Examples.result("job-2", ResultStatus.SUCCEEDED)
                        .setCompletedAt(Examples.PRICE_CHANGE.minusMillis(1))
                        .build();

        assertThat(price(after).getCostMicros()).isEqualTo(420);
        assertThat(price(after).getPrice()).contains("cloud/2026-03-01T12:00:00Z");
        assertThat(price(before).getCostMicros()).isEqualTo(210);
        assertThat(price(before).getPrice()).contains("cloud/2026-01-01T00:00:00Z");
    }

    @Test
    void aCancelledJobPaysForTheTokensItUsed() {
        UsageEvent event = price(Examples.result("job-1", ResultStatus.CANCELLED).build());

        assertThat(event.getCostMicros()).isEqualTo(420);
    }

    @Test
    void aJobCancelledBeforeAnyModelRanIsFree() {
        UsageEvent event =
                price(
                        Examples.result("job-1", ResultStatus.CANCELLED)
                                .setLane(null)
                                .setUsage(Usages.of(0L, 0L, 0L, 0L, false))
                                .build());

        assertThat(event.getCostMicros()).isZero();
        assertThat(event.getPrice()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(
            value = ResultStatus.class,
            names = {"FAILED", "REJECTED", "EXPIRED"})
    void whatDidNotSucceedKeepsItsTokensAndCostsNothing(ResultStatus status) {
        UsageEvent event = price(Examples.result("job-1", status).build());

        assertThat(event.getCostMicros()).isZero();
        assertThat(event.getPrice()).isEmpty();
        assertThat(event.getInputTokens()).isEqualTo(100);
        assertThat(event.getReasoningTokens()).isEqualTo(10);
    }

    @Test
    void aLaneWithoutAPriceIsToldApartFromAFreeJob() {
        InferenceResult result =
                Examples.result("job-1", ResultStatus.SUCCEEDED).setLane("nowhere").build();

        assertThat(Charge.of(result, CATALOG)).isEqualTo(new Charge.Unpriced("no_price"));
        assertThat(price(result).getPrice()).isEmpty();
    }

    @Test
    void aSuccessThatNamesNoLaneIsNotTakenForAFreeOne() {
        InferenceResult result =
                Examples.result("job-1", ResultStatus.SUCCEEDED).setLane(null).build();

        assertThat(Charge.of(result, CATALOG)).isEqualTo(new Charge.Unpriced("no_lane"));
    }

    @Test
    void anAbsurdCostIsKeptForACorrectionAndStopsNothing() {
        Catalog dear =
                new Catalog(
                        1,
                        List.of(),
                        List.of(Examples.lane("cloud")),
                        List.of(),
                        List.of(
                                new Price(
                                        "cloud",
                                        Examples.ACCEPTED,
                                        "EUR",
                                        1_000_000_000_000L,
                                        0,
                                        0,
                                        0,
                                        0)));
        InferenceResult result =
                Examples.result("job-1", ResultStatus.SUCCEEDED)
                        .setUsage(Usages.of(Long.MAX_VALUE, 0L, 0L, 0L, false))
                        .build();

        Charge charge = Charge.of(result, dear);

        assertThat(charge).isEqualTo(new Charge.Unpriced("too_large"));
        assertThat(UsagePricing.event(result, charge, dear).getCurrency()).isEqualTo("EUR");
    }

    @Test
    void countsThatContradictThemselvesChargeNothingTwice() {
        InferenceResult result =
                Examples.result("job-1", ResultStatus.SUCCEEDED)
                        .setUsage(Usages.of(10L, 30L, -5L, 7L, true))
                        .build();

        UsageEvent event = price(result);

        assertThat(event.getInputTokens()).isEqualTo(10);
        assertThat(event.getCachedInputTokens()).isEqualTo(10);
        assertThat(event.getOutputTokens()).isZero();
        assertThat(event.getReasoningTokens()).isZero();
        assertThat(event.getEstimated()).isTrue();
    }

    @Test
    void theEventCarriesCountsAndHashesAndNoContent() {
        InferenceResult result =
                Examples.result("job-1", ResultStatus.SUCCEEDED)
                        .setOutput("the secret answer")
                        .setConversation("chat-7")
                        .build();

        UsageEvent event = price(result);

        assertThat(event.toString())
                .doesNotContain("secret")
                .doesNotContain("chat-7")
                .doesNotContain("T-1");
        assertThat(event.getConversationHash())
                .isEqualTo(
                        Optional.of(
                                "b4362fbc75791f00787d999a208c36d050e42a20e31a887a585ca1161c2ef3f6"));
        assertThat(event.getTags()).containsExactly("nightly");
        assertThat(event.getVertical()).isEqualTo("math");
    }

    @Test
    void aRejectedIntakeRecordHasItsEventToo() {
        UsageEvent event = price(Examples.rejected("job-1"));

        assertThat(event.getOutcome()).isEqualTo("rejected");
        assertThat(event.getLane()).isEmpty();
        assertThat(event.getVertical()).isEqualTo("unknown");
        assertThat(event.getCurrency()).isEqualTo("USD");
    }

    private static UsageEvent price(InferenceResult result) {
        return UsagePricing.event(result, Charge.of(result, CATALOG), CATALOG);
    }
}
