package dev.millrace.classifier;

import static dev.millrace.classifier.given.Commands.HTTP;
import static dev.millrace.classifier.given.Commands.INTAKE;
import static dev.millrace.classifier.given.Commands.job;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.classifier.fair.FairShare;
import dev.millrace.classifier.given.Catalogs;
import dev.millrace.classifier.given.Commands;
import dev.millrace.classifier.given.Driven;
import dev.millrace.classifier.given.Outcomes;
import dev.millrace.topics.LaneHeaders;
import dev.millrace.topics.Topics;
import dev.millrace.v1.Band;
import dev.millrace.v1.InferenceJob;
import dev.millrace.v1.InferenceResult;
import dev.millrace.v1.IngressReply;
import dev.millrace.v1.JobCommand;
import dev.millrace.v1.LaneLoad;
import dev.millrace.v1.Receipt;
import dev.millrace.v1.ReceiptStatus;
import dev.millrace.v1.ResultStatus;
import dev.millrace.v1.RoutedJob;
import dev.millrace.v1.Submission;
import dev.millrace.v1.TenantStatus;
import dev.millrace.v1.WebhookEvent;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of submissions. */
class AdmissionTopologyTest {
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
    void aNewJobIsRoutedAndItsReceiptSaysAccepted() {
        // Given a job that came in over HTTP at an instance that reads partition 3
        // When
        driven.submit("j1", HTTP, job());

        // Then
        List<TestRecord<String, RoutedJob>> routed =
                driven.records(Topics.lane("fast", Band.STANDARD));
        assertThat(routed).hasSize(1);
        assertThat(routed.getFirst().key()).isEqualTo("j1");
        assertThat(routed.getFirst().headers().lastHeader(LaneHeaders.TENANT).value())
                .isEqualTo("acme".getBytes(UTF_8));
        RoutedJob job = routed.getFirst().value();
        assertThat(job.getTenant()).isEqualTo("acme");
        assertThat(job.getAttempt()).isEqualTo(1);
        assertThat(job.getJobsPartition()).isZero();
        assertThat(job.getAcceptedAt()).isEqualTo(Driven.START);
        assertThat(job.getRoutedAt()).isEqualTo(Driven.START);
        assertThat(job.getDeadlineAt()).isEqualTo(Driven.START.plus(Duration.ofHours(1)));
        assertThat(job.getMaxTokens()).isEqualTo(Catalogs.FAST_MAX_TOKENS);
        assertThat(job.getJob().getMaxTokens()).contains(Catalogs.FAST_MAX_TOKENS);
        assertThat(job.getPredictedTokens()).isGreaterThan(Catalogs.FAST_MAX_TOKENS);
        assertThat(job.getJob().getMessages()).isEqualTo(job().getMessages());

        List<IngressReply> replies = driven.replies();
        assertThat(replies).hasSize(1);
        assertThat(replies.getFirst().getJobId()).isEqualTo("j1");
        Receipt receipt = (Receipt) replies.getFirst().getBody();
        assertThat(receipt.getStatus()).isEqualTo(ReceiptStatus.ACCEPTED);
        assertThat(receipt.getSource()).contains(HTTP);
        assertThat(receipt.getDeadlineAt()).contains(job.getDeadlineAt());
        assertThat(receipt.getDecision()).contains(job.getDecision());
        assertThat(driven.results()).isEmpty();
        assertThat(driven.metrics().acceptedCount()).isEqualTo(1);
        assertThat(driven.metrics().openJobs()).isEqualTo(1);
    }

    @Test
    void anIntakeRecordIsAcceptedWithAReceiptTooForTheProjection() {
        driven.submit("j1", INTAKE, job());

        assertThat(driven.receipts())
                .singleElement()
                .satisfies(
                        receipt -> {
                            assertThat(receipt.getStatus()).isEqualTo(ReceiptStatus.ACCEPTED);
                            assertThat(receipt.getSource()).contains(INTAKE);
                        });
    }

    @Test
    void interactiveJobsGoToTheirOwnBand() {
        driven.submit("j1", HTTP, job(job -> job.setPriority("interactive")));

        assertThat(driven.lane("fast", Band.INTERACTIVE)).hasSize(1);
        assertThat(driven.lane("fast", Band.STANDARD)).isEmpty();
    }

    @Test
    void theDeadlineIsTheTenantsAtMost() {
        driven.submit("j1", HTTP, job(job -> job.setDeadlineMs(Duration.ofDays(3).toMillis())));

        assertThat(driven.lane("fast").getFirst().getDeadlineAt())
                .isEqualTo(Driven.START.plus(Duration.ofHours(6)));
    }

    @Test
    void theSameSubmissionOfAnOpenJobIsADuplicateAndAddsItsDestinations() {
        // Given
        driven.submit("j1", HTTP, job(job -> job.setCallback(null).setReply(null)));
        RoutedJob routed = driven.lane("fast").getFirst();
        driven.replies();

        // When the same request comes again, with somewhere to send the result to
        JobCommand again = Commands.submission("j1", INTAKE, job(), driven.now());
        driven.send(sameRequest(again, job(job -> job.setCallback(null).setReply(null))));

        // Then
        Receipt receipt = driven.receipts().getFirst();
        assertThat(receipt.getStatus()).isEqualTo(ReceiptStatus.DUPLICATE);
        assertThat(receipt.getClosed()).isFalse();
        assertThat(receipt.getDeadlineAt()).contains(routed.getDeadlineAt());
        assertThat(driven.lane("fast")).isEmpty();

        // and When it ends
        driven.send(Outcomes.succeeded(routed));

        // Then the result goes to both
        assertThat(driven.results().getFirst().getReplies()).containsExactly("acme-answers");
        assertThat(driven.webhooks())
                .extracting(WebhookEvent::getUrl)
                .containsExactly("https://acme.example/hook");
    }

    @Test
    void theSameSubmissionOfAClosedJobIsADuplicateWhoseReceiptSaysClosed() {
        driven.submit("j1", HTTP, job());
        driven.send(Outcomes.succeeded(driven.lane("fast").getFirst()));
        driven.results();
        driven.replies();

        driven.submit("j1", HTTP, job());

        assertThat(driven.receipts())
                .singleElement()
                .satisfies(
                        receipt -> {
                            assertThat(receipt.getStatus()).isEqualTo(ReceiptStatus.DUPLICATE);
                            assertThat(receipt.getClosed()).isTrue();
                        });
        assertThat(driven.lane("fast")).isEmpty();
        assertThat(driven.results()).isEmpty();
    }

    @Test
    void anotherRequestUnderAUsedKeyIsAConflictForACallerThatWaits() {
        driven.submit("j1", HTTP, job());
        driven.replies();

        driven.submit("j1", HTTP, job(job -> job.setTemperature(0.7)));

        assertThat(driven.receipts())
                .singleElement()
                .satisfies(
                        receipt -> {
                            assertThat(receipt.getStatus()).isEqualTo(ReceiptStatus.CONFLICT);
                            assertThat(receipt.getError().orElseThrow().getCode())
                                    .isEqualTo("idempotency_conflict");
                        });
        assertThat(driven.results()).isEmpty();
        assertThat(driven.lane("fast")).hasSize(1);
    }

    @Test
    void anotherRequestUnderAUsedKeyIsOneRejectedResultForARecord() {
        // Given
        driven.submit("j1", INTAKE, job());
        JobCommand other =
                Commands.withConflictId(
                        Commands.submission(
                                "j1", INTAKE, job(job -> job.setTemperature(0.7)), driven.now()),
                        "c1");

        // When it is forwarded twice
        driven.send(other);
        driven.send(other);

        // Then
        assertThat(driven.results())
                .singleElement()
                .satisfies(
                        result -> {
                            assertThat(result.getJobId()).isEqualTo("c1");
                            assertThat(result.getStatus()).isEqualTo(ResultStatus.REJECTED);
                            assertThat(result.getError().orElseThrow().getCode())
                                    .isEqualTo("idempotency_conflict");
                            assertThat(result.getError().orElseThrow().getField())
                                    .contains("idempotency_key");
                            assertThat(result.getReplies()).containsExactly("acme-answers");
                        });
    }

    @Test
    void aRefusedRecordIsOneRejectedResultHoweverOftenItIsForwarded() {
        driven.send(Commands.refusal("j1", driven.now()));
        driven.send(Commands.refusal("j1", driven.now()));

        assertThat(driven.results())
                .singleElement()
                .satisfies(
                        result -> {
                            assertThat(result.getStatus()).isEqualTo(ResultStatus.REJECTED);
                            assertThat(result.getError().orElseThrow().getField())
                                    .contains("temperature");
                            assertThat(result.getError().orElseThrow().getLimit())
                                    .contains("0 to 2");
                            assertThat(result.getUsage().getOutputTokens()).isZero();
                        });
        assertThat(driven.replies()).isEmpty();
    }

    @Test
    void aRecordThatWasRefusedLeavesItsKeyUsable() {
        driven.send(Commands.withConflictId(Commands.refusal("j1", driven.now()), "c1"));

        driven.submit("j1", INTAKE, job());

        assertThat(driven.results()).extracting(InferenceResult::getJobId).containsExactly("c1");
        assertThat(driven.lane("fast")).hasSize(1);
    }

    @Test
    void aJobOverTheTenantsOpenJobsIsTurnedAwayAndAnotherTenantsIsNot() {
        // Given
        for (int i = 0; i < Catalogs.MAX_OUTSTANDING; i++) {
            driven.submit("j" + i, INTAKE, job());
        }
        driven.replies();

        // When
        driven.submit("over-http", HTTP, job());
        driven.submit("over-topic", INTAKE, job());
        driven.send(
                JobCommand.newBuilder(Commands.submission("other", HTTP, job(), driven.now()))
                        .setTenant("globex")
                        .build());

        // Then
        List<Receipt> receipts = driven.receipts();
        assertThat(receipts)
                .extracting(Receipt::getStatus)
                .containsExactly(ReceiptStatus.TOO_MANY, ReceiptStatus.ACCEPTED);
        assertThat(receipts.getFirst().getError().orElseThrow().getLimit().orElseThrow())
                .contains(Integer.toString(Catalogs.MAX_OUTSTANDING));
        assertThat(driven.results())
                .filteredOn(result -> result.getJobId().equals("over-topic"))
                .singleElement()
                .satisfies(
                        result ->
                                assertThat(result.getError().orElseThrow().getCode())
                                        .isEqualTo("too_many_outstanding"));
        assertThat(driven.lane("fast")).hasSize(Catalogs.MAX_OUTSTANDING);
    }

    @Test
    void aClosedJobMakesRoomForAnother() {
        for (int i = 0; i < Catalogs.MAX_OUTSTANDING; i++) {
            driven.submit("j" + i, HTTP, job());
        }
        driven.send(Outcomes.succeeded(driven.lane("fast").getFirst()));
        driven.replies();

        driven.submit("next", HTTP, job());

        assertThat(driven.receipts())
                .extracting(Receipt::getStatus)
                .containsExactly(ReceiptStatus.ACCEPTED);
    }

    @Test
    void aJobThatNoLaneTakesIsAcceptedAndThenRejectedOnce() {
        driven.submit("j1", HTTP, job(job -> job.setModel("old")));
        driven.submit("j1", HTTP, job(job -> job.setModel("old")));

        assertThat(driven.results())
                .singleElement()
                .satisfies(
                        result -> {
                            assertThat(result.getStatus()).isEqualTo(ResultStatus.REJECTED);
                            assertThat(result.getError().orElseThrow().getCode())
                                    .isEqualTo("no_lane");
                            assertThat(result.getDecision().orElseThrow().getCandidates())
                                    .singleElement()
                                    .satisfies(
                                            lane ->
                                                    assertThat(lane.getReason())
                                                            .contains("retired"));
                        });
        assertThat(driven.receipts())
                .extracting(Receipt::getStatus)
                .containsExactly(ReceiptStatus.ACCEPTED, ReceiptStatus.DUPLICATE);
        assertThat(driven.metrics().openJobs()).isZero();
    }

    @Test
    void anExplicitLaneRejectsWhatIsOverItsTokens() {
        driven.submit("j1", INTAKE, job(job -> job.setModel("small-alias").setMaxTokens(65)));

        assertThat(driven.results().getFirst().getError().orElseThrow())
                .satisfies(
                        error -> {
                            assertThat(error.getCode()).isEqualTo("max_tokens_out_of_range");
                            assertThat(error.getField()).contains("max_tokens");
                            assertThat(error.getLimit()).contains("1 to 64");
                        });
    }

    @Test
    void anotherTenantsReplyTopicIsNeverNamedByAResult() {
        driven.submit("j1", INTAKE, job(job -> job.setReply("globex-answers")));

        assertThat(driven.results())
                .singleElement()
                .satisfies(
                        result -> {
                            assertThat(result.getError().orElseThrow().getCode())
                                    .isEqualTo("unknown_reply");
                            assertThat(result.getReplies()).isEmpty();
                        });
    }

    @Test
    void aTenantThatLeftTheCatalogIsToldSo() {
        driven.send(
                JobCommand.newBuilder(Commands.submission("j1", INTAKE, job(), driven.now()))
                        .setTenant("nobody")
                        .build());

        assertThat(driven.results().getFirst().getError().orElseThrow().getCode())
                .isEqualTo("unknown_tenant");
    }

    @Test
    void aJobThatArrivesAfterItsDeadlineExpiresAtOnceAndIsNeverRouted() {
        Instant longAgo = driven.now().minus(Duration.ofHours(2));
        driven.send(Commands.submission("j1", HTTP, job(), longAgo));

        assertThat(driven.lane("fast")).isEmpty();
        assertThat(driven.results())
                .extracting(InferenceResult::getStatus)
                .containsExactly(ResultStatus.EXPIRED);
    }

    @Test
    void theTraceOfASubmissionGoesOnInEverythingThatFollows() {
        String trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        driven.send(Commands.submission("j1", HTTP, job(), driven.now()), trace);
        driven.pass(Duration.ofHours(2));

        assertThat(driven.records(Topics.lane("fast", Band.STANDARD)).getFirst().headers())
                .anyMatch(header -> new String(header.value(), UTF_8).equals(trace));
        assertThat(driven.records(Topics.RESULTS).getFirst().headers())
                .anyMatch(header -> new String(header.value(), UTF_8).equals(trace));
    }

    @Test
    void bytesThatAreNoRecordBecomeOneDeadLetterAndTheStreamGoesOn() {
        driven.sendBytes(Topics.JOBS, new byte[] {7, 7, 7});
        driven.submit("j1", HTTP, job());

        assertThat(driven.deadLetters())
                .singleElement()
                .satisfies(
                        letter -> {
                            assertThat(letter.key()).isEqualTo("millrace.jobs/0/0");
                            assertThat(letter.value()).containsExactly(7, 7, 7);
                            assertThat(header(letter, "mr-reason")).isEqualTo("undecodable");
                        });
        assertThat(driven.lane("fast")).hasSize(1);
    }

    @Test
    void aRecordThatCannotBeDecidedAboutBecomesOneDeadLetterAndTheStreamGoesOn() {
        // Given a command of no tenant: nothing can be kept under that name
        JobCommand nobodys =
                JobCommand.newBuilder(Commands.submission("j0", HTTP, job(), driven.now()))
                        .setTenant("")
                        .build();

        // When
        driven.send(nobodys);
        driven.submit("j1", HTTP, job());

        // Then
        assertThat(driven.deadLetters())
                .singleElement()
                .satisfies(
                        letter ->
                                assertThat(header(letter, "mr-reason")).isEqualTo("unprocessable"));
        assertThat(driven.lane("fast")).hasSize(1);
    }

    @Test
    void whatExceedsATenantsFairShareOfALaneGoesToOverflowAndSaysSo() {
        // Given a lane of one slot that was measured: a job takes a second
        driven.lanes().attempt("fast", 1_000, 1_000);
        for (int i = 0; i < FairShare.ALWAYS; i++) {
            driven.submit("j" + i, HTTP, job());
        }
        List<RoutedJob> within = driven.lane("fast");

        // When
        driven.submit("over", HTTP, job(job -> job.setPriority("interactive")));

        // Then
        assertThat(within).hasSize(FairShare.ALWAYS);
        RoutedJob over = driven.lane("fast", Band.OVERFLOW).getFirst();
        assertThat(over.getJobId()).isEqualTo("over");
        assertThat(over.getBand()).isEqualTo(Band.OVERFLOW);
        assertThat(over.getDecision().getReasons())
                .contains("over its fair share of lane fast: overflow band");
        assertThat(driven.lane("fast", Band.INTERACTIVE)).isEmpty();

        // and its retry keeps the band
        driven.send(Outcomes.retry(over, driven.now()));
        assertThat(driven.lane("fast", Band.OVERFLOW)).hasSize(1);

        // and When one of the others has ended, and the lane's time has gone by
        driven.pass(Duration.ofSeconds(2));
        driven.send(Outcomes.succeeded(within.getFirst()));
        driven.submit("next", HTTP, job());

        // Then there is room again
        assertThat(driven.lane("fast")).extracting(RoutedJob::getJobId).containsExactly("next");
    }

    @Test
    void aTenantsStatusTellsItsWorkByLane() {
        // Given
        driven.submit("j1", HTTP, job());
        driven.submit("j2", HTTP, job(job -> job.setModel("small")));
        driven.send(Outcomes.succeeded(driven.lane("small").getFirst()));
        long tokens = driven.lane("fast").getFirst().getPredictedTokens();

        // When
        driven.pass(Duration.ofSeconds(1));

        // Then
        TenantStatus status = driven.statuses().getLast();
        assertThat(status.getLanes().get("fast"))
                .isEqualTo(new LaneLoad(1L, tokens, 1L, tokens, Driven.START));
        assertThat(status.getLanes().get("small"))
                .isEqualTo(new LaneLoad(0L, 0L, 0L, 0L, Driven.START));
        assertThat(driven.metrics().openByLane()).containsOnlyKeys("fast");
    }

    @Test
    void theTenantsLoadIsPublishedWhenItChanges() {
        driven.submit("j1", HTTP, job());
        driven.pass(Duration.ofSeconds(2));
        driven.send(Outcomes.succeeded(driven.lane("fast").getFirst()));
        driven.pass(Duration.ofSeconds(2));
        driven.pass(Duration.ofSeconds(2));

        assertThat(driven.statuses())
                .extracting(status -> status.getTenant() + status.getOutstandingJobs())
                .containsExactly("acme1", "acme0");
    }

    private static JobCommand sameRequest(JobCommand command, InferenceJob first) {
        Submission submission = (Submission) command.getBody();
        String fingerprint = Integer.toHexString(first.hashCode());
        return JobCommand.newBuilder(command)
                .setBody(new Submission(submission.getJob(), fingerprint))
                .build();
    }

    private static String header(TestRecord<String, byte[]> record, String name) {
        return new String(record.headers().lastHeader(name).value(), UTF_8);
    }
}
