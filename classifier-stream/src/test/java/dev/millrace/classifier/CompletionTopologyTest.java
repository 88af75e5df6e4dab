package dev.millrace.classifier;

import static dev.millrace.classifier.given.Commands.HTTP;
import static dev.millrace.classifier.given.Commands.INTAKE;
import static dev.millrace.classifier.given.Commands.job;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.catalog.Catalog;
import dev.millrace.catalog.Lane;
import dev.millrace.classifier.given.Catalogs;
import dev.millrace.classifier.given.Commands;
import dev.millrace.classifier.given.Driven;
import dev.millrace.classifier.given.Outcomes;
import dev.millrace.classifier.job.Waste;
import dev.millrace.classifier.store.Stores;
import dev.millrace.job.Answers;
import dev.millrace.serde.AvroDeserializer;
import dev.millrace.v1.ControlEvent;
import dev.millrace.v1.InferenceResult;
import dev.millrace.v1.IngressReply;
import dev.millrace.v1.JobCommand;
import dev.millrace.v1.LaneConsidered;
import dev.millrace.v1.Outcome;
import dev.millrace.v1.Receipt;
import dev.millrace.v1.ReceiptStatus;
import dev.millrace.v1.ResultStatus;
import dev.millrace.v1.RoutedJob;
import dev.millrace.v1.Submission;
import dev.millrace.v1.Succeeded;
import dev.millrace.v1.ToolCall;
import dev.millrace.v1.WebhookEvent;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of jobs once they are routed. */
class CompletionTopologyTest {
    private static final Duration MINUTE = Duration.ofMinutes(1);

    @TempDir Path state;
    private Driven driven;

    @BeforeEach
    void start() {
        driven = new Driven(state);
    }

    @AfterEach
    void stop() {
        driven.close();
    }

    @Test
    void theFirstOutcomeMakesResultReplyAndCallback() throws Exception {
        // Given
        RoutedJob routed = routed("j1");

        // When
        driven.pass(Duration.ofSeconds(2));
        driven.send(Outcomes.succeeded(routed));

        // Then the result
        InferenceResult result = driven.results().getFirst();
        assertThat(result.getJobId()).isEqualTo("j1");
        assertThat(result.getStatus()).isEqualTo(ResultStatus.SUCCEEDED);
        assertThat(result.getOutput()).contains("By the river.");
        assertThat(result.getFinishReason()).contains("stop");
        assertThat(result.getUsage()).isEqualTo(Outcomes.USAGE);
        assertThat(result.getLane()).contains("fast");
        assertThat(result.getModel()).contains("fast-model");
        assertThat(result.getAttempts()).isEqualTo(1);
        assertThat(result.getDecision()).contains(routed.getDecision());
        assertThat(result.getAcceptedAt()).isEqualTo(Driven.START);
        assertThat(result.getCompletedAt()).isEqualTo(driven.now());
        assertThat(result.getQueueMs()).isEqualTo(7);
        assertThat(result.getFirstTokenMs()).isEqualTo(11);
        assertThat(result.getModelMs()).isEqualTo(130);
        assertThat(result.getReplies()).containsExactly("acme-answers");
        assertThat(result.getTags()).containsExactly("night");
        assertThat(result.getConversation()).contains("talk-1");
        assertThat(result.getMetadata()).isEqualTo(Map.of("order", "17"));
        assertThat(result.getSource()).contains(HTTP);

        // and the reply to the instance that may be waiting
        List<IngressReply> replies = driven.replies();
        assertThat(replies).hasSize(2);
        assertThat(replies.getLast().getBody()).isEqualTo(result);

        // and the callback
        WebhookEvent event = driven.webhooks().getFirst();
        assertThat(event.getWebhookId()).startsWith("msg_").hasSize(36);
        assertThat(event.getType()).isEqualTo("job.succeeded");
        assertThat(event.getUrl()).isEqualTo("https://acme.example/hook");
        JsonNode body = new ObjectMapper().readTree(event.getPayload());
        assertThat(body.path("type").asText()).isEqualTo("job.succeeded");
        assertThat(body.path("timestamp").asText()).isEqualTo(driven.now().toString());
        assertThat(body.at("/data/id").asText()).isEqualTo("j1");
        assertThat(body.at("/data/output").asText()).isEqualTo("By the river.");
        assertThat(body.at("/data/usage/output_tokens").asLong()).isEqualTo(30);
        assertThat(body.at("/data/route/lane").asText()).isEqualTo("fast");
        assertThat(body.at("/data/metadata/order").asText()).isEqualTo("17");
        assertThat(driven.controls()).isEmpty();
        assertThat(driven.metrics().openJobs()).isZero();
        assertThat(driven.metrics().endedWith()).containsExactly(ResultStatus.SUCCEEDED);
    }

    @Test
    void anIntakeJobsResultDisturbsNoIngressInstance() {
        driven.submit("j1", INTAKE, job());
        driven.send(Outcomes.succeeded(driven.lane("fast").getFirst()));

        assertThat(driven.replies()).hasSize(1);
        assertThat(driven.results()).hasSize(1);
    }

    @Test
    void aSecondOutcomeIsWasteAndNeverASecondResult() {
        RoutedJob routed = routed("j1");
        driven.send(Outcomes.succeeded(routed));
        driven.send(Outcomes.succeeded(routed));

        assertThat(driven.results()).hasSize(1);
        assertThat(driven.webhooks()).hasSize(1);
        assertThat(driven.metrics().wastes())
                .containsExactly(new Waste("fast", "closed", Outcomes.USAGE));
    }

    @Test
    void anOutcomeOfAnUnknownJobIsWaste() {
        RoutedJob routed = routed("j1");
        driven.send(Outcomes.succeeded(RoutedJob.newBuilder(routed).setJobId("other").build()));

        assertThat(driven.results()).isEmpty();
        assertThat(driven.metrics().wastes()).extracting(Waste::why).containsExactly("unknown");
    }

    @Test
    void anotherTenantsOutcomeCannotEndAJob() {
        RoutedJob routed = routed("j1");
        driven.send(Outcomes.succeeded(RoutedJob.newBuilder(routed).setTenant("globex").build()));

        assertThat(driven.results()).isEmpty();
    }

    @Test
    void aFailureForGoodIsAFailedResult() {
        driven.send(Outcomes.failed(routed("j1")));

        InferenceResult result = driven.results().getFirst();
        assertThat(result.getStatus()).isEqualTo(ResultStatus.FAILED);
        assertThat(result.getError().orElseThrow().getCode()).isEqualTo("context_overflow");
        assertThat(result.getUsage()).isEqualTo(Outcomes.USAGE);
        assertThat(driven.deadLetters()).isEmpty();
    }

    @Test
    void aRetryIsHeldUntilItsTimeAndThenSucceeds() {
        // Given
        RoutedJob first = routed("j1");
        driven.send(Outcomes.retry(first, driven.now().plus(MINUTE)));

        // When it is not time yet
        driven.pass(MINUTE.minusSeconds(1));
        assertThat(driven.lane("fast")).isEmpty();

        // and When it is
        driven.pass(Duration.ofSeconds(1));
        RoutedJob second = driven.lane("fast").getFirst();
        driven.send(Outcomes.succeeded(second));

        // Then
        assertThat(second.getAttempt()).isEqualTo(2);
        assertThat(second.getRoutedAt()).isEqualTo(Driven.START.plus(MINUTE));
        assertThat(second.getJob()).isEqualTo(first.getJob());
        assertThat(second.getDeadlineAt()).isEqualTo(first.getDeadlineAt());
        assertThat(driven.results().getFirst().getAttempts()).isEqualTo(2);
        assertThat(stored(Stores.RETRIES)).isEmpty();
    }

    @Test
    void aRetryThatNeedNotWaitGoesOutAtOnce() {
        RoutedJob first = routed("j1");
        driven.send(Outcomes.retry(first, driven.now().minusSeconds(1)));

        assertThat(driven.lane("fast")).extracting(RoutedJob::getAttempt).containsExactly(2);
        assertThat(stored(Stores.RETRIES)).isEmpty();
    }

    @Test
    void anOlderAttemptsOutcomeChangesNothing() {
        // Given attempt 1 ended with a retry, and is run again by another worker
        RoutedJob first = routed("j1");
        driven.send(Outcomes.retry(first, driven.now()));

        // When
        driven.send(Outcomes.succeeded(first));

        // Then
        assertThat(driven.results()).isEmpty();
        assertThat(driven.metrics().wastes()).extracting(Waste::why).containsExactly("stale");
    }

    @Test
    void attemptsThatAreUsedUpAreAFailedResultAndOneDeadLetter() {
        // Given
        RoutedJob attempt = routed("j1");
        for (int i = 1; i < Catalogs.ATTEMPTS; i++) {
            driven.send(Outcomes.retry(attempt, driven.now()));
            attempt = driven.lane("fast").getFirst();
        }

        // When
        driven.send(Outcomes.retry(attempt, driven.now()));

        // Then
        assertThat(driven.lane("fast")).isEmpty();
        InferenceResult result = driven.results().getFirst();
        assertThat(result.getStatus()).isEqualTo(ResultStatus.FAILED);
        assertThat(result.getAttempts()).isEqualTo(Catalogs.ATTEMPTS);
        assertThat(result.getError().orElseThrow().getCode()).isEqualTo("attempts_exhausted");
        assertThat(result.getError().orElseThrow().getDetail()).contains("engine_crashed");
        List<TestRecord<String, byte[]>> letters = driven.deadLetters();
        assertThat(letters).hasSize(1);
        assertThat(letters.getFirst().key()).isEqualTo("millrace.outcomes/0/2");
        assertThat(header(letters.getFirst(), "mr-reason"))
                .isEqualTo("attempts_exhausted: engine_crashed");
        assertThat(header(letters.getFirst(), "mr-attempts")).isEqualTo("3");
        assertThat(routedJob(letters.getFirst().value())).isEqualTo(attempt);
    }

    @Test
    void aLaneThatTurnsTheJobAwayHandsItToTheNext() {
        // Given a job for any lane, which the first that can takes
        driven.submit("j1", HTTP, job(job -> job.setModel("auto")));
        RoutedJob first = driven.lane("small").getFirst();

        // When
        driven.send(Outcomes.unavailable(first));

        // Then
        RoutedJob second = driven.lane("fast").getFirst();
        assertThat(second.getAttempt()).isEqualTo(2);
        assertThat(second.getMaxTokens()).isEqualTo(Catalogs.FAST_MAX_TOKENS);
        assertThat(second.getDecision().getLane()).contains("fast");
        assertThat(second.getDecision().getCandidates())
                .extracting(LaneConsidered::getLane, LaneConsidered::getVerdict)
                .containsExactly(
                        tuple("old", "excluded"),
                        tuple("small", "excluded"),
                        tuple("fast", "chosen"),
                        tuple("cloud", "fallback"));

        // and the result names the lane that answered
        driven.send(Outcomes.succeeded(second));
        assertThat(driven.results().getFirst().getLane()).contains("fast");
    }

    @Test
    void afterAllLanesTurnedItAwayTheJobWaitsAndStartsOver() {
        // Given
        driven.submit("j1", HTTP, job(job -> job.setModel("auto")));
        driven.send(Outcomes.unavailable(driven.lane("small").getFirst()));
        driven.send(Outcomes.unavailable(driven.lane("fast").getFirst()));

        // When
        driven.send(Outcomes.unavailable(driven.lane("cloud").getFirst()));

        // Then nothing goes out before the pause is over
        assertThat(driven.lane("small")).isEmpty();
        driven.pass(Duration.ofSeconds(2));
        assertThat(driven.lane("small")).extracting(RoutedJob::getAttempt).containsExactly(4);
        assertThat(driven.results()).isEmpty();
    }

    @Test
    void aJobOfOneLaneWaitsForThatLaneUntilItsDeadline() {
        // Given
        RoutedJob attempt = routed("j1");
        for (int i = 0; i < 20; i++) {
            driven.send(Outcomes.unavailable(attempt));
            driven.pass(MINUTE);
            attempt = driven.lane("fast").getFirst();
        }

        // When
        driven.pass(Duration.ofHours(1));

        // Then unavailability is no failure of the job
        assertThat(attempt.getAttempt()).isEqualTo(21);
        assertThat(driven.results())
                .extracting(InferenceResult::getStatus)
                .containsExactly(ResultStatus.EXPIRED);
    }

    @Test
    void aJobInALaneWithoutWorkersExpiresAtItsDeadline() {
        // Given
        driven.submit("j1", HTTP, job(job -> job.setDeadlineMs(5_000L)));

        // When
        driven.pass(Duration.ofMillis(4_900));
        assertThat(driven.results()).isEmpty();
        driven.pass(Duration.ofMillis(100));

        // Then
        InferenceResult result = driven.results().getFirst();
        assertThat(result.getStatus()).isEqualTo(ResultStatus.EXPIRED);
        assertThat(result.getError().orElseThrow().getCode()).isEqualTo("deadline_exceeded");
        assertThat(result.getCompletedAt()).isEqualTo(Driven.START.plusSeconds(5));
        assertThat(driven.controls())
                .singleElement()
                .satisfies(
                        event -> {
                            assertThat(event.getJobId()).isEqualTo("j1");
                            assertThat(event.getKind()).isEqualTo("expired");
                        });
        assertThat(driven.webhooks())
                .extracting(WebhookEvent::getType)
                .containsExactly("job.expired");
        assertThat(driven.receipts())
                .extracting(Receipt::getStatus)
                .containsExactly(ReceiptStatus.ACCEPTED);
    }

    @Test
    void aJobThatWaitsForItsRetryExpiresToo() {
        RoutedJob first = routed("j1");
        driven.send(Outcomes.retry(first, first.getDeadlineAt().plus(MINUTE)));

        driven.pass(Duration.ofHours(1));

        assertThat(driven.results())
                .extracting(InferenceResult::getStatus)
                .containsExactly(ResultStatus.EXPIRED);
        assertThat(stored(Stores.RETRIES)).isEmpty();
    }

    @Test
    void anAttemptThatRanIntoTheDeadlineExpiresAlsoWhenItWasTheLast() {
        // Given the last attempt of a job
        driven.submit("j1", HTTP, job(job -> job.setDeadlineMs(5_000L)));
        RoutedJob attempt = driven.lane("fast").getFirst();
        for (int i = 1; i < Catalogs.ATTEMPTS; i++) {
            driven.send(Outcomes.retry(attempt, driven.now()));
            attempt = driven.lane("fast").getFirst();
        }

        // When its worker's clock, a little ahead, says that the deadline has passed
        driven.pass(Duration.ofMillis(4_900));
        driven.send(Outcomes.retry(attempt, "deadline_exceeded", driven.now()));
        driven.send(Outcomes.retry(attempt, "deadline_exceeded", driven.now()));

        // Then nothing ends before the deadline, and then it is expired
        assertThat(driven.results()).isEmpty();
        assertThat(driven.metrics().wastes()).extracting(Waste::why).containsExactly("stale");
        driven.pass(Duration.ofMillis(100));
        InferenceResult result = driven.results().getFirst();
        assertThat(result.getStatus()).isEqualTo(ResultStatus.EXPIRED);
        assertThat(result.getError().orElseThrow().getCode()).isEqualTo("deadline_exceeded");
        assertThat(result.getAttempts()).isEqualTo(Catalogs.ATTEMPTS);
        assertThat(driven.lane("fast")).isEmpty();
        assertThat(driven.deadLetters()).isEmpty();
    }

    @Test
    void aRetryThatCouldOnlyComeAfterTheDeadlineKeepsNoContentAndExpires() {
        // Given
        RoutedJob first = routed("j1");

        // When
        driven.send(Outcomes.retry(first, first.getDeadlineAt()));

        // Then
        assertThat(stored(Stores.RETRIES)).isEmpty();
        driven.pass(Duration.ofHours(1));
        assertThat(driven.results())
                .extracting(InferenceResult::getStatus, InferenceResult::getAttempts)
                .containsExactly(tuple(ResultStatus.EXPIRED, 1));
    }

    @Test
    void aRetryAfterTheDeadlineExpiresAtOnceAlsoWhenAttemptsAreUsedUp() {
        // Given
        driven.submit("j1", HTTP, job(job -> job.setDeadlineMs(100L)));
        RoutedJob attempt = driven.lane("fast").getFirst();
        for (int i = 1; i < Catalogs.ATTEMPTS; i++) {
            driven.send(Outcomes.retry(attempt, driven.now()));
            attempt = driven.lane("fast").getFirst();
        }

        // When the deadline has passed, and nobody has looked yet
        driven.pass(Duration.ofMillis(150));
        driven.send(Outcomes.retry(attempt, driven.now()));

        // Then
        assertThat(driven.results())
                .extracting(InferenceResult::getStatus)
                .containsExactly(ResultStatus.EXPIRED);
        assertThat(driven.deadLetters()).isEmpty();
    }

    @Test
    void aCancelledJobEndsOnceWithWhatItsAttemptUsed() {
        // Given a job whose attempt may be running
        RoutedJob routed = routed("j1");

        // When it is cancelled, the attempt is told to stop, once
        driven.send(Commands.cancellation("j1", driven.now()));
        driven.send(Commands.cancellation("j1", driven.now()));
        assertThat(driven.controls())
                .extracting(ControlEvent::getJobId, ControlEvent::getKind)
                .containsExactly(tuple("j1", "cancelled"));
        assertThat(driven.results()).isEmpty();
        assertThat(driven.metrics().openJobs()).isEqualTo(1);

        // and When it says what it used, twice
        driven.pass(Duration.ofMillis(300));
        driven.send(Outcomes.cancelled(routed));
        driven.send(Outcomes.cancelled(routed));
        driven.pass(MINUTE);

        // Then
        InferenceResult result = driven.results().getFirst();
        assertThat(result.getStatus()).isEqualTo(ResultStatus.CANCELLED);
        assertThat(result.getError().orElseThrow().getDetail()).isEqualTo("not needed");
        assertThat(result.getUsage()).isEqualTo(Outcomes.USAGE);
        assertThat(result.getModelMs()).isEqualTo(130);
        assertThat(result.getCompletedAt()).isEqualTo(Driven.START.plusMillis(300));
        assertThat(result.getLane()).contains("fast");
        assertThat(driven.results()).isEmpty();
        assertThat(driven.controls()).isEmpty();
        assertThat(driven.metrics().wastes()).hasSize(1);
        assertThat(driven.metrics().openJobs()).isZero();
    }

    @Test
    void whateverTheAttemptSaysTheCancellationCameFirst() {
        Map<String, Function<RoutedJob, Outcome>> words =
                Map.of(
                        "succeeded", Outcomes::succeeded,
                        "failed", Outcomes::failed,
                        "unavailable", Outcomes::unavailable,
                        "retry", routed -> Outcomes.retry(routed, driven.now()));
        words.forEach(
                (word, outcome) -> {
                    // Given
                    RoutedJob routed = routed(word);
                    driven.send(Commands.cancellation(word, driven.now()));

                    // When
                    driven.send(outcome.apply(routed));

                    // Then
                    List<InferenceResult> results = driven.results();
                    assertThat(results)
                            .extracting(InferenceResult::getJobId, InferenceResult::getStatus)
                            .containsExactly(tuple(word, ResultStatus.CANCELLED));
                    assertThat(results.getFirst().getUsage()).isEqualTo(Outcomes.USAGE);
                    assertThat(results.getFirst().getOutput()).isEmpty();
                    assertThat(driven.lane("fast")).isEmpty();
                });
    }

    @Test
    void aCancelledJobOfWhichNobodySpeaksEndsAfterAMomentWithoutUsage() {
        // Given
        RoutedJob routed = routed("j1");
        driven.send(Commands.cancellation("j1", driven.now()));

        // When
        driven.pass(Duration.ofMillis(1_250));
        assertThat(driven.results()).isEmpty();
        driven.pass(Duration.ofMillis(250));

        // Then
        InferenceResult result = driven.results().getFirst();
        assertThat(result.getStatus()).isEqualTo(ResultStatus.CANCELLED);
        assertThat(result.getUsage().getOutputTokens()).isZero();

        // and a word after that is waste
        driven.send(Outcomes.cancelled(routed));
        assertThat(driven.results()).isEmpty();
        assertThat(driven.controls()).hasSize(1);
        assertThat(driven.metrics().wastes()).extracting(Waste::why).containsExactly("cancelled");
    }

    @Test
    void aDeadlineThatPassesMeanwhileMakesNoSecondEnd() {
        driven.submit("j1", HTTP, job(job -> job.setDeadlineMs(500L)));
        driven.send(Commands.cancellation("j1", driven.now()));

        driven.pass(Duration.ofHours(2));

        assertThat(driven.results())
                .extracting(InferenceResult::getStatus)
                .containsExactly(ResultStatus.CANCELLED);
        assertThat(driven.controls()).hasSize(1);
    }

    @Test
    void aCancelledJobsResultGoesToDuplicatesToo() {
        // Given
        JobCommand command = driven.submit("j1", INTAKE, job(job -> job.setReply(null)));
        driven.send(Commands.cancellation("j1", driven.now()));

        // When the same is submitted again, with a reply topic
        driven.send(
                JobCommand.newBuilder(command)
                        .setBody(
                                new Submission(
                                        job(), ((Submission) command.getBody()).getFingerprint()))
                        .build());
        driven.pass(MINUTE);

        // Then
        assertThat(driven.results().getFirst().getReplies()).containsExactly("acme-answers");
    }

    @Test
    void aCancelledWaitingJobLeavesNoContentBehind() {
        driven.send(Outcomes.retry(routed("j1"), driven.now().plus(MINUTE)));
        assertThat(stored(Stores.RETRIES)).hasSize(1);

        driven.send(Commands.cancellation("j1", driven.now()));
        assertThat(driven.results())
                .extracting(InferenceResult::getStatus)
                .containsExactly(ResultStatus.CANCELLED);
        driven.pass(MINUTE);

        assertThat(stored(Stores.RETRIES)).isEmpty();
        assertThat(driven.lane("fast")).isEmpty();
    }

    @Test
    void anUnknownJobsCancellationDoesNothing() {
        driven.send(Commands.cancellation("j1", driven.now()));

        assertThat(driven.results()).isEmpty();
    }

    @Test
    void anAnswerThatNoResultCanCarryIsAFailureThatSaysSo() {
        RoutedJob routed = routed("j1");
        String huge = "x".repeat(Ending.MAX_OUTPUT_BYTES + 1);
        driven.send(Outcomes.outcome(routed, Answers.of(huge, "stop")));

        InferenceResult result = driven.results().getFirst();
        assertThat(result.getStatus()).isEqualTo(ResultStatus.FAILED);
        assertThat(result.getError().orElseThrow().getCode()).isEqualTo("output_too_large");
        assertThat(result.getOutput()).isEmpty();
    }

    @Test
    void theToolsThatAnAnswerCallsAndItsVectorsAreInTheResultAndTheCallback() throws Exception {
        // Given
        RoutedJob routed = routed("j1");
        Succeeded answer =
                new Succeeded(
                        "",
                        "tool_calls",
                        List.of(new ToolCall("call-1", "find", "{\"q\":1}")),
                        List.of(List.of(0.5f, 1f)));

        // When
        driven.send(Outcomes.outcome(routed, answer));

        // Then
        InferenceResult result = driven.results().getFirst();
        assertThat(result.getToolCalls()).isEqualTo(answer.getToolCalls());
        assertThat(result.getEmbeddings()).isEqualTo(answer.getEmbeddings());
        JsonNode data =
                new ObjectMapper().readTree(driven.webhooks().getFirst().getPayload()).path("data");
        assertThat(data.at("/tool_calls/0/name").asText()).isEqualTo("find");
        assertThat(data.at("/tool_calls/0/arguments").asText()).isEqualTo("{\"q\":1}");
        assertThat(data.at("/embeddings/0/0").asDouble()).isEqualTo(0.5);
    }

    @Test
    void aClosedJobIsKnownForSevenDaysAndThenForgotten() {
        // Given
        driven.send(Outcomes.succeeded(routed("j1")));
        driven.results();
        driven.replies();

        // When almost seven days have passed
        driven.pass(Duration.ofDays(7).minusMinutes(1));
        driven.submit("j1", HTTP, job());
        assertThat(driven.receipts())
                .extracting(Receipt::getStatus)
                .containsExactly(ReceiptStatus.DUPLICATE);

        // and When they have
        driven.pass(MINUTE);

        // Then nothing is left of it, and its key is free
        assertThat(stored(Stores.JOBS)).isEmpty();
        assertThat(stored(Stores.DUE)).isEmpty();
        driven.submit("j1", HTTP, job());
        assertThat(driven.receipts())
                .extracting(Receipt::getStatus)
                .containsExactly(ReceiptStatus.ACCEPTED);
    }

    @Test
    void aFallbackThatLeftTheCatalogIsPassedOver() {
        driven.submit("j1", HTTP, job(job -> job.setModel("auto")));
        RoutedJob first = driven.lane("small").getFirst();
        Catalog all = Catalogs.usual();
        List<Lane> left =
                all.lanes().values().stream().filter(lane -> !lane.name().equals("fast")).toList();
        driven.useCatalog(
                new Catalog(8, List.copyOf(all.tenants().values()), left, all.routes(), List.of()));

        driven.send(Outcomes.unavailable(first));

        assertThat(driven.lane("cloud")).hasSize(1);
    }

    private RoutedJob routed(String id) {
        driven.submit(id, HTTP, job());
        return driven.lane("fast").getFirst();
    }

    private List<Object> stored(String store) {
        try (KeyValueIterator<Object, Object> all =
                driven.driver().<Object, Object>getKeyValueStore(store).all()) {
            List<Object> keys = new ArrayList<>();
            while (all.hasNext()) {
                KeyValue<Object, Object> entry = all.next();
                keys.add(entry.key);
            }
            return keys;
        }
    }

    private static RoutedJob routedJob(byte[] bytes) {
        try (AvroDeserializer<RoutedJob> deserializer = new AvroDeserializer<>()) {
            deserializer.configure(Map.of("schema.registry.url", "mock://classifier"), false);
            return Objects.requireNonNull(deserializer.deserialize("any", bytes));
        }
    }

    private static String header(TestRecord<String, byte[]> record, String name) {
        return new String(record.headers().lastHeader(name).value(), UTF_8);
    }
}
