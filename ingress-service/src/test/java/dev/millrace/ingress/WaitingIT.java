package dev.millrace.ingress;

import static dev.millrace.ingress.IngressRig.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.topics.Topics;
import dev.millrace.v1.InferenceResult;
import dev.millrace.v1.IngressReply;
import dev.millrace.v1.JobCommand;
import dev.millrace.v1.ResultStatus;
import dev.millrace.v1.TokenChunk;
import dev.millrace.v1.Usage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Callers that wait for their jobs' ends, on real parts; the classifier and the worker are
 * stand-ins.
 */
@Timeout(180)
class WaitingIT {
    private static final Duration SOON = Duration.ofSeconds(30);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static IngressRig rig;

    @BeforeAll
    static void start() throws Exception {
        rig = new IngressRig().startService();
    }

    @AfterAll
    static void stop() throws Exception {
        rig.close();
    }

    @Test
    void aWaitingCallerGetsTheResultFromItsInstancesPartition() {
        // Given
        String prompt = "waiting " + UUID.randomUUID();
        CompletableFuture<HttpResponse<String>> call = chat(prompt, false, UUID.randomUUID());

        // When
        end(command(prompt), "the answer");

        // Then
        HttpResponse<String> response = call.join();
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        assertThat(json(response).at("/choices/0/message/content").textValue())
                .isEqualTo("the answer");
    }

    @Test
    void aStreamsPiecesComeFromTheTokensTopicAndTheRestFromTheResult() {
        // Given: the reader of tokens may start a moment after the service is ready
        String prompt = "streaming " + UUID.randomUUID();
        CompletableFuture<HttpResponse<String>> call = chat(prompt, true, UUID.randomUUID());
        JobCommand command = command(prompt);

        // When
        String id = command.getJobId();
        rig.send(Topics.TOKENS, id, new TokenChunk(id, "acme", 1, 0, "the ", false));
        rig.send(Topics.TOKENS, id, new TokenChunk(id, "acme", 1, 1, "whole ", false));
        end(command, "the whole answer");

        // Then
        HttpResponse<String> response = call.join();
        assertThat(response.statusCode()).isEqualTo(200);
        List<String> data =
                response.body()
                        .lines()
                        .filter(line -> line.startsWith("data: "))
                        .map(line -> line.substring("data: ".length()))
                        .toList();
        assertThat(data.getLast()).isEqualTo("[DONE]");
        StringBuilder text = new StringBuilder();
        data.subList(0, data.size() - 1)
                .forEach(
                        event ->
                                text.append(tree(event).at("/choices/0/delta/content").asText("")));
        assertThat(text.toString()).isEqualTo("the whole answer");
    }

    @Test
    void aRepeatOfAJobThatEndedElsewhereGetsItsResultFromTheDatabase() {
        // Given: a job whose result went to another instance
        String prompt = "elsewhere " + UUID.randomUUID();
        UUID key = UUID.randomUUID();
        CompletableFuture<HttpResponse<String>> first = chat(prompt, false, key);
        String id = command(prompt).getJobId();
        CompletableFuture<HttpResponse<String>> again = chat(prompt, false, key);
        await().atMost(SOON).until(() -> commands(prompt).size() == 2);

        // When
        rig.jdbi.useHandle(
                handle ->
                        handle.execute(
                                """
                                insert into jobs.job (job_id, tenant, status, requested_model, lane, model, output, finish_reason, input_tokens, output_tokens,
                                                      attempts, created_at, completed_at)
                                values (?, 'acme', 'succeeded', 'auto', 'cloud', 'cloud-1', 'from elsewhere', 'stop', 5, 7, 1, now(), now())
                                """,
                                id));

        // Then: the repeat within a second or two, and the first call too, only later
        assertThat(json(again.join()).at("/choices/0/message/content").textValue())
                .isEqualTo("from elsewhere");
        assertThat(json(first.join()).at("/id").textValue()).endsWith(id);
    }

    @Test
    void jobsAreListedPageByPageNewestFirst() {
        // Given
        String lane = "lane-" + UUID.randomUUID();
        for (int i = 0; i < 5; i++) {
            String id = "listed-" + i + "-" + lane;
            int minute = i;
            rig.jdbi.useHandle(
                    handle ->
                            handle.execute(
                                    """
                                    insert into jobs.job (job_id, tenant, status, requested_model, lane, output, attempts, created_at, completed_at)
                                    values (?, ?, 'succeeded', 'auto', ?, 'text', 1, '2026-01-02T03:00:00Z'::timestamptz + ? * interval '1 minute', now())
                                    """,
                                    id,
                                    minute == 3 ? "other" : "acme",
                                    lane,
                                    minute));
        }

        // When
        JsonNode first = list("?lane=" + lane + "&limit=2&status=succeeded");
        JsonNode second =
                list("?lane=" + lane + "&limit=2&cursor=" + first.get("next_cursor").textValue());
        JsonNode range =
                list(
                        "?lane="
                                + lane
                                + "&created_from=2026-01-02T03:01:00Z&created_until=2026-01-02T03:02:00Z");

        // Then: another tenant's is not among them
        assertThat(first.get("data").findValuesAsText("id"))
                .containsExactly("listed-4-" + lane, "listed-2-" + lane);
        assertThat(first.get("data").get(0).has("output")).isFalse();
        assertThat(first.get("has_more").booleanValue()).isTrue();
        assertThat(second.get("data").findValuesAsText("id"))
                .containsExactly("listed-1-" + lane, "listed-0-" + lane);
        assertThat(second.get("has_more").booleanValue()).isFalse();
        assertThat(range.get("data").findValuesAsText("id")).containsExactly("listed-1-" + lane);
    }

    // ----------------------------------------------------------------

    private static CompletableFuture<HttpResponse<String>> chat(
            String prompt, boolean stream, UUID key) {
        String body =
                "{\"model\": \"auto\", \"stream\": %s, \"messages\": [{\"role\": \"user\", \"content\": \"%s\"}]}"
                        .formatted(stream, prompt);
        return CompletableFuture.supplyAsync(
                () ->
                        rig.post(
                                "/v1/chat/completions",
                                Examples.ACME_KEY,
                                body,
                                "Idempotency-Key",
                                key.toString()));
    }

    private static JobCommand command(String prompt) {
        await().atMost(SOON).until(() -> !commands(prompt).isEmpty());
        return commands(prompt).getFirst();
    }

    private static List<JobCommand> commands(String prompt) {
        return rig.classifier.seen().stream()
                .filter(command -> command.getBody().toString().contains(prompt))
                .toList();
    }

    /** As the classifier ends a job: to the partition of the instance that took it in. */
    private static void end(JobCommand command, String output) {
        InferenceResult result =
                InferenceResult.newBuilder()
                        .setJobId(command.getJobId())
                        .setTenant(command.getTenant())
                        .setStatus(ResultStatus.SUCCEEDED)
                        .setOutput(output)
                        .setFinishReason("stop")
                        .setUsage(Usage.newBuilder().build())
                        .setAcceptedAt(Instant.now())
                        .setCompletedAt(Instant.now())
                        .setSource(command.getSource())
                        .build();
        String topic = Topics.INGRESS_REPLIES.name();
        rig.sendBytes(
                new ProducerRecord<>(
                        topic,
                        command.getSource().getReplyPartition(),
                        command.getJobId(),
                        rig.connection
                                .serializer(Topics.INGRESS_REPLIES)
                                .serialize(
                                        topic,
                                        new IngressReply(
                                                command.getJobId(), command.getTenant(), result))));
    }

    private static JsonNode list(String query) {
        HttpResponse<String> response = rig.get("/v1/jobs" + query, Examples.ACME_KEY);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return json(response);
    }

    private static JsonNode tree(String text) {
        try {
            return JSON.readTree(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
