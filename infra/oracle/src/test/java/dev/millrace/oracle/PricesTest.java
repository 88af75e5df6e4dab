package dev.millrace.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.v1.InferenceResult;
import dev.millrace.v1.ResultStatus;
import dev.millrace.v1.Usage;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class PricesTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Instant MARCH = Instant.parse("2026-03-01T00:00:00Z");
    private final Prices prices = new Prices();

    @Test
    void tokensOfEachKindHaveTheirRateAndTheSumIsRoundedOnce() throws JsonProcessingException {
        // Given
        price(
                "2026-01-01T00:00:00Z",
                "\"input\":1500000,\"cached_input\":750000,\"output\":6000000,\"reasoning\":9000000,\"request\":7");

        // When
        long cost = prices.cost(result(ResultStatus.SUCCEEDED, MARCH, 10, 4, 5, 2));

        // Then (6 * 1.5 + 4 * 0.75 + 3 * 6 + 2 * 9) + 7
        assertThat(cost).isEqualTo(9 + 3 + 18 + 18 + 7);
    }

    @Test
    void halfAMicroUnitIsRoundedUp() throws JsonProcessingException {
        price("2026-01-01T00:00:00Z", "\"input\":500000,\"output\":0");
        assertThat(prices.cost(result(ResultStatus.SUCCEEDED, MARCH, 1, 0, 0, 0))).isEqualTo(1);
    }

    @Test
    void thePriceInForceAtTheEndOfTheJobCounts() throws JsonProcessingException {
        price("2026-01-01T00:00:00Z", "\"input\":1000000,\"output\":0");
        price("2026-03-01T00:00:00Z", "\"input\":2000000,\"output\":0");
        assertThat(prices.cost(result(ResultStatus.SUCCEEDED, MARCH.minusMillis(1), 1, 0, 0, 0)))
                .isEqualTo(1);
        assertThat(prices.cost(result(ResultStatus.SUCCEEDED, MARCH, 1, 0, 0, 0))).isEqualTo(2);
    }

    @Test
    void aPriceThatWasWithdrawnBeforeItsDateNeverCounts() throws JsonProcessingException {
        price("2026-01-01T00:00:00Z", "\"input\":1000000,\"output\":0");
        price("2026-02-01T00:00:00Z", "\"input\":9000000,\"output\":0");
        prices.remove("a", Instant.parse("2026-02-01T00:00:00Z"));
        assertThat(prices.cost(result(ResultStatus.SUCCEEDED, MARCH, 1, 0, 0, 0))).isEqualTo(1);
    }

    @Test
    void onlySucceededAndCancelledJobsAreCharged() throws JsonProcessingException {
        price("2026-01-01T00:00:00Z", "\"input\":1000000,\"output\":0");
        assertThat(prices.cost(result(ResultStatus.CANCELLED, MARCH, 3, 0, 0, 0))).isEqualTo(3);
        assertThat(prices.cost(result(ResultStatus.FAILED, MARCH, 3, 0, 0, 0))).isZero();
        assertThat(prices.cost(result(ResultStatus.EXPIRED, MARCH, 3, 0, 0, 0))).isZero();
    }

    private void price(String from, String rates) throws JsonProcessingException {
        prices.add(
                JSON.readTree(
                        "{\"lane\":\"a\",\"effective_from\":\"" + from + "\"," + rates + "}"));
    }

    private static InferenceResult result(
            ResultStatus status, Instant at, long input, long cached, long output, long reasoning) {
        return InferenceResult.newBuilder()
                .setJobId("j")
                .setTenant("t")
                .setStatus(status)
                .setLane("a")
                .setUsage(
                        Usage.newBuilder()
                                .setInputTokens(input)
                                .setCachedInputTokens(cached)
                                .setOutputTokens(output)
                                .setReasoningTokens(reasoning)
                                .build())
                .setAcceptedAt(at)
                .setCompletedAt(at)
                .build();
    }
}
