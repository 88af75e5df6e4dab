package dev.millrace.local.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.topics.Topics;
import dev.millrace.v1.InferenceResult;
import dev.millrace.v1.JobError;
import dev.millrace.v1.ResultStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** The whole pipeline on real parts, and what people and machines do to it. */
class PipelineIT extends PipelineScenario {

    @Test
    void aJobFlowsFromATopicToAReplyAndTheLedger() throws Exception {
        // Given
        RecordLog<InferenceResult> replies =
                RecordLog.of(pipeline.connection, Topics.replies("acme-main"));
        String mark = mark();

        // When
        pipeline.post(
                "acme",
                Pipeline.job("echo", "three words here", mark).setReply("acme-main").build());

        // Then
        InferenceResult result = pipeline.resultOf(mark);
        assertThat(result.getStatus()).isEqualTo(ResultStatus.SUCCEEDED);
        assertThat(result.getOutput())
                .hasValueSatisfying(output -> assertThat(output).contains("three words here"));
        assertThat(result.getDecision()).isPresent();
        Awaitility.await()
                .atMost(Pipeline.PATIENCE)
                .untilAsserted(
                        () ->
                                assertThat(replies.values())
                                        .extracting(InferenceResult::getJobId)
                                        .contains(result.getJobId()));
        awaitUsageRows(result.getJobId(), 1);
    }

    @Test
    void aCallerCanSeeWhyAJobWentWhereItWent() throws Exception {
        // Given
        Pipeline.Answer accepted = pipeline.postHttp("acme", body("echo", "hello"), Map.of());
        assertThat(accepted.status()).isEqualTo(202);
        String id = accepted.body().path("id").asText();

        // When
        Pipeline.Answer job =
                Awaitility.await()
                        .atMost(Pipeline.PATIENCE)
                        .until(
                                () -> pipeline.getJob("acme", id),
                                answer ->
                                        answer.body().path("status").asText().equals("succeeded")
                                                && answer.body().hasNonNull("cost_micros"));

        // Then
        assertThat(job.body().path("route").path("lane").asText()).isEqualTo("echo");
        assertThat(job.body().path("route").path("reasons")).isNotEmpty();
        assertThat(job.body().path("usage").path("output_tokens").asLong()).isPositive();
        assertThat(pipeline.getJob("cobalt", id).status()).isEqualTo(404);
    }

    @Test
    void aRecordThatClaimsAnotherTenantIsRefused() throws Exception {
        // Given
        String mark = mark();

        // When
        pipeline.post(
                "acme",
                Pipeline.job("echo", "let borealis pay", mark).setTenant("borealis").build());

        // Then
        InferenceResult result = pipeline.resultOf(mark);
        assertThat(result.getTenant()).isEqualTo("acme");
        assertThat(result.getStatus()).isEqualTo(ResultStatus.REJECTED);
        assertThat(result.getError().flatMap(JobError::getField)).hasValue("tenant");
    }

    @Test
    void aRecordThatNamesAnotherTenantsReplyTopicIsRefused() throws Exception {
        // Given
        RecordLog<InferenceResult> foreign =
                RecordLog.of(pipeline.connection, Topics.replies("borealis-main"));
        String mark = mark();

        // When
        pipeline.post(
                "acme",
                Pipeline.job("echo", "into their topic", mark).setReply("borealis-main").build());

        // Then
        InferenceResult result = pipeline.resultOf(mark);
        assertThat(result.getStatus()).isEqualTo(ResultStatus.REJECTED);
        assertThat(result.getError().flatMap(JobError::getField)).hasValue("reply");
        assertThat(foreign.values()).noneMatch(reply -> reply.getJobId().equals(result.getJobId()));
    }

    @Test
    void aJobIsCancelledInTheMiddleOfItsWorkAndAlsoWhereNobodyServesItsLane() throws Exception {
        for (String lane : List.of("slow", "idle")) {
            // Given
            String id =
                    pipeline.postHttp("acme", body(lane, "no more of this"), Map.of())
                            .body()
                            .path("id")
                            .asText();
            if (lane.equals("slow")) {
                Awaitility.await("it runs")
                        .atMost(Pipeline.PATIENCE)
                        .ignoreExceptions()
                        .until(
                                () ->
                                        pipeline.metric("worker-slow", "millrace_worker_in_flight")
                                                > 0);
            }

            // When
            Pipeline.Answer asked = pipeline.cancel("acme", id);

            // Then
            assertThat(asked.status()).isEqualTo(202);
            InferenceResult result =
                    Awaitility.await("the end of a job in lane " + lane)
                            .atMost(Pipeline.PATIENCE)
                            .until(() -> resultsById(id), found -> !found.isEmpty())
                            .getFirst();
            assertThat(result.getStatus()).isEqualTo(ResultStatus.CANCELLED);
            Awaitility.await("a second asking finds it ended")
                    .atMost(Pipeline.PATIENCE)
                    .until(() -> pipeline.cancel("acme", id).status() == 200);
            assertThat(pipeline.cancel("borealis", id).status()).isEqualTo(404);
        }
    }

    @Test
    void aJobForALaneWithoutWorkersExpiresAtItsDeadline() throws Exception {
        // Given
        String mark = mark();

        // When
        pipeline.post(
                "acme", Pipeline.job("idle", "nobody is there", mark).setDeadlineMs(2000L).build());

        // Then
        InferenceResult result = pipeline.resultOf(mark);
        assertThat(result.getStatus()).isEqualTo(ResultStatus.EXPIRED);
        assertThat(Duration.between(result.getAcceptedAt(), result.getCompletedAt()))
                .isGreaterThanOrEqualTo(Duration.ofSeconds(2));
        awaitUsageRows(result.getJobId(), 1);
        assertThat(
                        pipeline.number(
                                "select cost_micros from ledger.usage_event where job_id = '"
                                        + result.getJobId()
                                        + "'"))
                .isZero();
    }

    @Test
    void theSameIdempotencyKeyFiveTimesIsOneJobAndOneCharge() throws Exception {
        // Given
        String key = "key-" + mark();
        String mark = mark();
        List<String> ids = new ArrayList<>();

        // When
        for (int i = 0; i < 3; i++) {
            Pipeline.Answer answer =
                    pipeline.postHttp(
                            "cobalt", body("echo", "once only"), Map.of("Idempotency-Key", key));
            assertThat(answer.status()).isIn(200, 202);
            ids.add(answer.body().path("id").asText());
        }
        for (int i = 0; i < 2; i++) {
            pipeline.post(
                    "cobalt",
                    Pipeline.job("echo", "once only", mark).setIdempotencyKey(key).build());
        }
        String last = mark();
        pipeline.post("cobalt", Pipeline.job("echo", "afterwards", last).build());
        pipeline.resultOf(last);

        // Then
        assertThat(ids).hasSize(3).containsOnly(ids.getFirst());
        Awaitility.await()
                .atMost(Pipeline.PATIENCE)
                .untilAsserted(() -> assertThat(resultsById(ids.getFirst())).hasSize(1));
        awaitUsageRows(ids.getFirst(), 1);
        assertThat(pipeline.resultsOf(mark)).isEmpty();
        assertThat(
                        pipeline.number(
                                "select count(*) from jobs.job where job_id = '"
                                        + ids.getFirst()
                                        + "'"))
                .isEqualTo(1);
    }

    @Test
    void anotherBodyUnderAUsedKeyIsAConflict() throws Exception {
        // Given
        String key = "key-" + mark();
        String mark = mark();
        assertThat(
                        pipeline.postHttp(
                                        "cobalt",
                                        body("echo", "the first body"),
                                        Map.of("Idempotency-Key", key))
                                .status())
                .isEqualTo(202);

        // When
        Pipeline.Answer http =
                pipeline.postHttp(
                        "cobalt", body("echo", "another body"), Map.of("Idempotency-Key", key));
        pipeline.post(
                "cobalt",
                Pipeline.job("echo", "a third body", mark).setIdempotencyKey(key).build());

        // Then
        assertThat(http.status()).isEqualTo(409);
        assertThat(pipeline.resultOf(mark).getStatus()).isEqualTo(ResultStatus.REJECTED);
    }

    @Test
    void badRequestsNameTheFieldAndTheLimit() throws Exception {
        // When
        Pipeline.Answer model = pipeline.postHttp("acme", body("no-such-model", "hello"), Map.of());
        Pipeline.Answer empty = pipeline.postHttp("acme", body("echo", ""), Map.of());
        Pipeline.Answer large =
                pipeline.postHttp("acme", body("echo", "x".repeat(40_000)), Map.of());
        Pipeline.Answer foreign =
                pipeline.postHttp(
                        "acme", body("echo", "hi"), Map.of("Idempotency-Key", "k".repeat(256)));

        // Then
        assertProblem(model, "unknown_model", "model");
        assertProblem(empty, "empty_prompt", "messages");
        assertProblem(large, "prompt_too_large", "messages");
        assertThat(large.body().path("limit").asText()).contains("32768");
        assertThat(foreign.status()).isEqualTo(400);
        assertThat(foreign.body().path("limit").asText()).contains("255");
    }

    @Test
    void theSameMistakesOnATopicEndAsRejectedResults() throws Exception {
        // Given
        String mark = mark();

        // When
        pipeline.post("acme", Pipeline.job("no-such-model", "hello", mark + "model").build());
        pipeline.post("acme", Pipeline.job("echo", "", mark + "empty").build());
        pipeline.post("acme", Pipeline.job("echo", "x".repeat(40_000), mark + "large").build());

        // Then
        assertRejected(mark + "model", "unknown_model");
        assertRejected(mark + "empty", "empty_prompt");
        assertRejected(mark + "large", "prompt_too_large");
    }

    private static void assertRejected(String mark, String code) throws Exception {
        InferenceResult result = pipeline.resultOf(mark);
        assertThat(result.getStatus()).isEqualTo(ResultStatus.REJECTED);
        assertThat(result.getError().map(JobError::getCode)).hasValue(code);
        assertThat(result.getError().flatMap(JobError::getField)).isPresent();
        awaitUsageRows(result.getJobId(), 1);
    }

    private static void assertProblem(Pipeline.Answer answer, String code, String field) {
        assertThat(answer.status()).isBetween(400, 422);
        assertThat(answer.body().path("code").asText()).isEqualTo(code);
        assertThat(answer.body().path("field").asText()).startsWith(field);
    }
}
