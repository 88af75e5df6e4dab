package dev.millrace.local.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.local.apply.CatalogApply;
import dev.millrace.local.home.StackState;
import dev.millrace.topics.Topics;
import dev.millrace.v1.InferenceResult;
import dev.millrace.v1.ResultStatus;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** A catalog that changes under a running stack. */
class LiveCatalogIT extends PipelineScenario {

    @Test
    void aTenantAddedLiveIsServedWithoutARestart() throws Exception {
        // Given
        Map<String, Long> before = services();
        String key = "mr_dorado_" + mark();
        String tenant =
                """
                  - name: dorado
                    api_keys:
                      - sha256: %s
                        label: live
                    replies: [dorado-main]
                """
                        .formatted(sha256(key));
        String mark = mark();

        // When
        pipeline.apply(
                Files.readString(pipeline.home.catalogFile())
                        .replace("\nlanes:", tenant + "\nlanes:"));
        pipeline.post(
                "dorado", Pipeline.job("echo", "by topic", mark).setReply("dorado-main").build());
        Pipeline.Answer accepted =
                Awaitility.await("the ingress knows the key")
                        .atMost(Pipeline.PATIENCE)
                        .until(
                                () -> pipeline.postWithKey(key, body("echo", "by http"), Map.of()),
                                answer -> answer.status() != 401);

        // Then
        InferenceResult result = pipeline.resultOf(mark);
        assertThat(result.getTenant()).isEqualTo("dorado");
        assertThat(result.getStatus()).isEqualTo(ResultStatus.SUCCEEDED);
        try (RecordLog<InferenceResult> replies =
                RecordLog.of(pipeline.connection, Topics.replies("dorado-main"))) {
            Awaitility.await("the reply")
                    .atMost(Pipeline.PATIENCE)
                    .until(
                            () ->
                                    replies.values().stream()
                                            .anyMatch(
                                                    reply ->
                                                            reply.getJobId()
                                                                    .equals(result.getJobId())));
        }
        assertThat(accepted.status()).isEqualTo(202);
        String id = accepted.body().path("id").asText();
        Awaitility.await("the result over HTTP")
                .atMost(Pipeline.PATIENCE)
                .until(
                        () -> pipeline.getWithKey(key, id).body().path("status").asText(),
                        "succeeded"::equals);
        awaitUsageRows(result.getJobId(), 1);
        awaitUsageRows(id, 1);
        assertThat(services()).isEqualTo(before);
    }

    @Test
    void aPriceIsAnnouncedAheadAndShownByTheLedger() throws Exception {
        // Given
        Instant from = Instant.now().plus(Duration.ofHours(1)).truncatedTo(ChronoUnit.SECONDS);

        // When
        CatalogApply.Outcome outcome = pipeline.tryApply(withPrice(from, 3_000_000));

        // Then
        assertThat(outcome).isInstanceOf(CatalogApply.Outcome.Applied.class);
        awaitNumber(
                "select count(*) from ledger.price where lane = 'echo' and input = 3000000"
                        + " and effective_from = '"
                        + from
                        + "'",
                1);
    }

    @Test
    void aPriceThatLeavesNoNoticeIsRefusedAndNothingChanges() throws Exception {
        // Given
        Instant from = Instant.now().plus(Duration.ofSeconds(50)).truncatedTo(ChronoUnit.SECONDS);
        String before = Files.readString(pipeline.home.catalogFile());

        // When
        CatalogApply.Outcome outcome = pipeline.tryApply(withPrice(from, 4_000_000));

        // Then
        assertThat(outcome)
                .isInstanceOfSatisfying(
                        CatalogApply.Outcome.Refused.class,
                        refused ->
                                assertThat(refused.problems())
                                        .singleElement()
                                        .asString()
                                        .contains("effective_from", "at least 60 s ahead"));
        assertThat(Files.readString(pipeline.home.catalogFile())).isEqualTo(before);
        assertThat(pipeline.tryApply(before)).isInstanceOf(CatalogApply.Outcome.Unchanged.class);
        assertThat(pipeline.number("select count(*) from ledger.price where input = 4000000"))
                .isZero();
    }

    private static String withPrice(Instant from, long input) throws Exception {
        return Files.readString(pipeline.home.catalogFile())
                + "  - {lane: echo, effective_from: "
                + from
                + ", currency: USD, input: "
                + input
                + ", output: 6000000}\n";
    }

    /** Process ids by name. */
    private static Map<String, Long> services() {
        Map<String, Long> pids = new TreeMap<>();
        StackState.read(pipeline.home)
                .orElseThrow()
                .services()
                .forEach(service -> pids.put(service.name(), service.pid()));
        return pids;
    }

    private static String sha256(String text) throws Exception {
        return HexFormat.of()
                .formatHex(
                        MessageDigest.getInstance("SHA-256")
                                .digest(text.getBytes(StandardCharsets.UTF_8)));
    }
}
