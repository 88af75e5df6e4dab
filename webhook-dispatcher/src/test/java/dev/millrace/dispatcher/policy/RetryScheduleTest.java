package dev.millrace.dispatcher.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.dispatcher.policy.AttemptOutcome.Answered;
import dev.millrace.dispatcher.policy.AttemptOutcome.Failed;
import dev.millrace.dispatcher.policy.AttemptOutcome.Refused;
import dev.millrace.dispatcher.policy.NextStep.Delivered;
import dev.millrace.dispatcher.policy.NextStep.Exhausted;
import dev.millrace.dispatcher.policy.NextStep.Retry;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RetryScheduleTest {
    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
    private static final RetrySchedule SCHEDULE =
            new RetrySchedule(8, Duration.ofSeconds(1), 4, Duration.ofHours(6));

    @ParameterizedTest
    @ValueSource(ints = {200, 201, 202, 204, 299})
    void any2xxIsDelivered(int status) {
        assertThat(after(1, answered(status))).isEqualTo(new Delivered());
        assertThat(after(8, answered(status))).isEqualTo(new Delivered());
    }

    @ParameterizedTest
    @ValueSource(ints = {100, 199, 300, 301, 400, 404, 429, 500, 503, 599})
    void anythingElseIsTriedAgainUntilTheAttemptsAreUsedUp(int status) {
        assertThat(after(1, answered(status))).isInstanceOf(Retry.class);
        assertThat(after(7, answered(status))).isInstanceOf(Retry.class);
        assertThat(after(8, answered(status))).isEqualTo(new Exhausted("attempts"));
    }

    @Test
    void goneAndARefusedTargetEndItAtOnce() {
        assertThat(after(1, answered(410))).isEqualTo(new Exhausted("gone"));
        assertThat(after(1, new Refused("target_refused"))).isEqualTo(new Exhausted("refused"));
    }

    @Test
    void noAnswerIsTriedAgain() {
        assertThat(after(7, new Failed("timeout"))).isInstanceOf(Retry.class);
        assertThat(after(8, new Failed("timeout"))).isEqualTo(new Exhausted("attempts"));
    }

    @Test
    void retryAfterMakesThePauseLongerNeverShorterAndIsBounded() {
        assertThat(after(1, new Answered(503, Optional.of(Duration.ofMinutes(2)))))
                .isEqualTo(new Retry(NOW.plus(Duration.ofMinutes(2))));
        assertThat(after(1, new Answered(503, Optional.of(Duration.ofDays(300)))))
                .isEqualTo(new Retry(NOW.plus(Duration.ofHours(6))));
        assertThat(pauseOf(after(5, new Answered(429, Optional.of(Duration.ofSeconds(1))))))
                .isGreaterThan(Duration.ofMinutes(3));
    }

    @Property
    void everyPauseLiesWithinAFifthOfItsStepAndNoneIsLongerThanTheLongest(
            @ForAll @IntRange(min = 1, max = 100) int attempt, @ForAll long seed) {
        Duration pause = SCHEDULE.pause(attempt, new Random(seed));

        double step = Math.min(Math.pow(4, attempt - 1.0) * 1000, Duration.ofHours(6).toMillis());
        assertThat((double) pause.toMillis())
                .isBetween(Math.floor(step * 0.8), Math.ceil(step * 1.2));
    }

    @Property
    void noScheduleOverflowsOrStandsStill(
            @ForAll @IntRange(min = 1, max = 100) int attempt,
            @ForAll @IntRange(min = 1, max = 10) int factor,
            @ForAll @LongRange(min = 1, max = 86_400_000) long first,
            @ForAll long seed) {
        RetrySchedule schedule =
                new RetrySchedule(100, Duration.ofMillis(first), factor, Duration.ofDays(1));

        Duration pause = schedule.pause(attempt, new Random(seed));

        assertThat(pause).isBetween(Duration.ofMillis(1), Duration.ofMinutes(1728));
        assertThat(pause.toMillis()).isGreaterThanOrEqualTo(Math.max(1, first * 800 / 1000));
    }

    @Test
    void fewerThanFiveAttemptsAreNotASchedule() {
        assertThatThrownBy(
                        () -> new RetrySchedule(4, Duration.ofSeconds(1), 4, Duration.ofHours(6)))
                .hasMessageContaining("dispatcher.attempts is 5 to 100");
    }

    private static NextStep after(int attempt, AttemptOutcome outcome) {
        return SCHEDULE.after(attempt, outcome, NOW, new Random(1));
    }

    private static AttemptOutcome answered(int status) {
        return new Answered(status, Optional.empty());
    }

    private static Duration pauseOf(NextStep step) {
        return step instanceof Retry(Instant at) ? Duration.between(NOW, at) : Duration.ZERO;
    }
}
