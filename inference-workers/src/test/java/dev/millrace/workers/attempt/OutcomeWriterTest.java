package dev.millrace.workers.attempt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.job.Answers;
import dev.millrace.v1.Cancelled;
import dev.millrace.v1.Failed;
import dev.millrace.v1.InferenceJob;
import dev.millrace.v1.Outcome;
import dev.millrace.v1.Retry;
import dev.millrace.v1.RoutedJob;
import dev.millrace.v1.Succeeded;
import dev.millrace.v1.ToolCall;
import dev.millrace.v1.Unavailable;
import dev.millrace.workers.attempt.OutcomeWriter.Setting;
import dev.millrace.workers.engine.EngineResult;
import dev.millrace.workers.engine.EngineResult.Completed;
import dev.millrace.workers.engine.EngineResult.Stopped;
import dev.millrace.workers.engine.EngineResult.Transient;
import dev.millrace.workers.engine.Spent;
import dev.millrace.workers.engine.StopSignal.Reason;
import dev.millrace.workers.engine.TokenCounts;
import dev.millrace.workers.testing.Jobs;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class OutcomeWriterTest {
    private static final Spent SPENT = new Spent(TokenCounts.reported(10, 4, 6, 2), 7, 90);
    private static final Setting SETTING =
            new Setting("test-model", Jobs.NOW.plusMillis(40), Jobs.NOW.plusMillis(140));

    private final RoutedJob routed = Jobs.routed("job-1", "hello");
    private final OutcomeWriter writer =
            new OutcomeWriter("worker-1", Backoff.OF_ATTEMPTS, new Random(1));

    @Test
    void anAnswerBecomesAnOutcomeWithItsTokensAndTimes() {
        // When
        Outcome outcome = write(new Completed("hi", "stop", SPENT)).orElseThrow();

        // Then
        assertThat(outcome.getBody()).isEqualTo(Answers.of("hi", "stop"));
        assertThat(outcome.getJobId()).isEqualTo("job-1");
        assertThat(outcome.getWorker()).isEqualTo("worker-1");
        assertThat(outcome.getModel()).isEqualTo("test-model");
        assertThat(outcome.getUsage()).isEqualTo(SPENT.tokens().toUsage());
        assertThat(outcome.getTiming().getQueueMs()).isEqualTo(40);
        assertThat(outcome.getTiming().getFirstTokenMs()).isEqualTo(7);
        assertThat(outcome.getTiming().getModelMs()).isEqualTo(90);
    }

    @Test
    void anAnswerOverTheLimitIsAFailureThatNamesTheLimit() {
        // Given
        int limit = AnswerLimit.bytes(routed.getJob());

        // When
        Outcome fits = write(new Completed("x".repeat(limit), "stop", SPENT)).orElseThrow();
        Outcome tooLarge = write(new Completed("x".repeat(limit + 1), "stop", SPENT)).orElseThrow();

        // Then
        assertThat(fits.getBody()).isInstanceOf(Succeeded.class);
        assertThat(tooLarge.getBody())
                .isInstanceOfSatisfying(
                        Failed.class,
                        failed -> {
                            assertThat(failed.getError().getCode()).isEqualTo("answer_too_large");
                            assertThat(failed.getError().getLimit()).contains(limit + " bytes");
                        });
    }

    @Test
    void toolCallsAndVectorsAreInTheOutcomeAndCountTowardsTheLimit() {
        // Given
        ToolCall call = new ToolCall("call-1", "find", "{}");
        List<Float> vector = List.of(0.5f, 1f);

        // When
        Outcome outcome = write(answer(List.of(call), List.of(vector))).orElseThrow();
        Outcome tooLarge =
                write(answer(List.of(), Collections.nCopies(600_000, vector))).orElseThrow();

        // Then
        assertThat(outcome.getBody())
                .isEqualTo(new Succeeded("hi", "stop", List.of(call), List.of(vector)));
        assertThat(tooLarge.getBody()).isInstanceOf(Failed.class);
    }

    private static Completed answer(List<ToolCall> calls, List<List<Float>> vectors) {
        return new Completed("hi", "stop", SPENT, Optional.empty(), calls, vectors);
    }

    @Test
    void whatTheResultCarriesBackLeavesLessRoomForTheAnswer() {
        // Given
        InferenceJob laden =
                Jobs.job("hello").setMetadata(Map.of("key", "v".repeat(1_000))).build();

        // Then
        assertThat(AnswerLimit.bytes(laden)).isEqualTo(AnswerLimit.bytes(routed.getJob()) - 1_003);
    }

    @Test
    void aPassingFailureIsRetriedNotBeforeTheProviderAllows() {
        // When
        Outcome outcome =
                write(new Transient("rate_limited", "d", Optional.of(Duration.ofSeconds(9)), SPENT))
                        .orElseThrow();

        // Then
        assertThat(outcome.getBody())
                .isInstanceOfSatisfying(
                        Retry.class,
                        retry -> {
                            assertThat(retry.getNotBefore())
                                    .isAfterOrEqualTo(SETTING.ended().plusSeconds(9));
                            assertThat(retry.getRouted()).isEqualTo(routed);
                            assertThat(retry.getError().getCode()).isEqualTo("rate_limited");
                        });
        assertThat(outcome.getUsage().getOutputTokens()).isEqualTo(6);
    }

    @Test
    void aProviderThatAsksForMorePatienceThanTheJobHasLeavesItToAnotherLane() {
        // Given
        Duration hours = Duration.ofHours(2);

        // When
        Outcome outcome =
                write(new Transient("rate_limited", "status=429", Optional.of(hours), SPENT))
                        .orElseThrow();

        // Then
        assertThat(outcome.getBody())
                .isInstanceOfSatisfying(
                        Unavailable.class,
                        away -> {
                            assertThat(away.getError().getCode()).isEqualTo("rate_limited");
                            assertThat(away.getError().getDetail())
                                    .contains("429", "deadline", routed.getDeadlineAt().toString());
                            assertThat(away.getRouted()).isEqualTo(routed);
                        });
    }

    @Test
    void anEngineThatCannotBeAskedCostsNothing() {
        // When
        Outcome outcome =
                write(new EngineResult.Unavailable("provider_unreachable", "d")).orElseThrow();

        // Then
        assertThat(outcome.getBody()).isInstanceOf(Unavailable.class);
        assertThat(outcome.getUsage().getInputTokens()).isZero();
    }

    @Test
    void aStoppedAttemptSaysWhy() {
        assertThat(stopped(Reason.CANCELLED)).contains(new Cancelled("cancelled"));
        assertThat(stopped(Reason.EXPIRED)).contains(new Cancelled("expired"));
        assertThat(stopped(Reason.ATTEMPT_TIMEOUT))
                .hasValueSatisfying(
                        body ->
                                assertThat(((Retry) body).getError().getCode())
                                        .isEqualTo("attempt_timeout"));
        assertThat(stopped(Reason.DEADLINE))
                .hasValueSatisfying(
                        body ->
                                assertThat(((Retry) body).getNotBefore())
                                        .isEqualTo(routed.getDeadlineAt()));
    }

    @Test
    void aLeavingWorkerReportsNothing() {
        assertThat(stopped(Reason.LEAVING)).isEmpty();
    }

    private Optional<Object> stopped(Reason reason) {
        return writer.write(routed, new Stopped(SPENT), Optional.of(reason), SETTING)
                .map(Outcome::getBody);
    }

    private Optional<Outcome> write(EngineResult result) {
        return writer.write(routed, result, Optional.empty(), SETTING);
    }
}
