package dev.millrace.ingress.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.ingress.Examples;
import dev.millrace.ingress.HttpSide;
import dev.millrace.v1.Cancellation;
import dev.millrace.v1.InferenceResult;
import dev.millrace.v1.IngressReply;
import dev.millrace.v1.JobCommand;
import dev.millrace.v1.JobError;
import dev.millrace.v1.Receipt;
import dev.millrace.v1.ReceiptStatus;
import dev.millrace.v1.ResultStatus;
import dev.millrace.v1.Submission;
import dev.millrace.v1.TokenChunk;
import dev.millrace.v1.ToolCall;
import dev.millrace.v1.Usage;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Chat completions as an SDK sees them; the pipeline behind them is a fake. */
@Timeout(60)
class ChatApiTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Instant ACCEPTED = Instant.parse("2026-01-02T03:04:05Z");
    private static final Duration SOON = Duration.ofSeconds(10);
    private static final String ASK =
            "{\"model\": \"auto\", \"messages\": [{\"role\": \"user\", \"content\": \"Why?\"}]}";
    private static final String STREAM =
            "{\"model\": \"auto\", \"stream\": true, \"stream_options\": {\"include_usage\": true},"
                    + " \"messages\": [{\"role\": \"user\", \"content\": \"Why?\"}]}";
    private static HttpSide side;
    private static HttpClient client;

    @BeforeAll
    static void start() {
        side = HttpSide.start();
        client = HttpClient.newHttpClient();
    }

    @AfterAll
    static void stop() {
        client.close();
        side.close();
    }

    @BeforeEach
    void reset() {
        side.reset();
    }

    // ---------------------------------------------------------------- whole

    @Test
    void aCallerWaitsForItsJobsResult() throws Exception {
        // Given
        CompletableFuture<HttpResponse<String>> call = postAsync(ASK);
        JobCommand command = written();
        receipt(command, ReceiptStatus.ACCEPTED, null);

        // When
        succeed(command, "Because.");
        HttpResponse<String> response = call.get();

        // Then
        assertThat(response.statusCode()).isEqualTo(200);
        JsonNode body = JSON.readTree(response.body());
        assertThat(body.get("id").textValue()).isEqualTo("chatcmpl-" + command.getJobId());
        assertThat(body.get("object").textValue()).isEqualTo("chat.completion");
        assertThat(body.get("created").longValue()).isEqualTo(ACCEPTED.getEpochSecond());
        JsonNode choice = body.at("/choices/0");
        assertThat(choice.at("/message/role").textValue()).isEqualTo("assistant");
        assertThat(choice.at("/message/content").textValue()).isEqualTo("Because.");
        assertThat(choice.get("finish_reason").textValue()).isEqualTo("length");
        assertThat(body.at("/usage/prompt_tokens").intValue()).isEqualTo(5);
        assertThat(body.at("/usage/completion_tokens").intValue()).isEqualTo(7);
        assertThat(body.at("/usage/total_tokens").intValue()).isEqualTo(12);
        assertThat(body.at("/usage/prompt_tokens_details/cached_tokens").intValue()).isEqualTo(1);
        assertThat(response.headers().firstValue("x-request-id").orElse("")).startsWith("req_");
        assertThat(response.headers().firstValue("openai-processing-ms")).isPresent();
        assertThat(response.headers().firstValue("x-millrace-job")).contains(command.getJobId());
        assertThat(side.waits().size()).isZero();
        assertThat(side.waitingCallers()).isZero();
    }

    @Test
    void callsOfToolsAreTheAnswer() throws Exception {
        // Given
        CompletableFuture<HttpResponse<String>> call = postAsync(ASK);
        JobCommand command = written();

        // When
        side.deliver(
                reply(
                        result(command, ResultStatus.SUCCEEDED)
                                .setOutput("")
                                .setFinishReason("tool_calls")
                                .setToolCalls(List.of(new ToolCall("c1", "look", "{\"at\":1}")))
                                .build()));

        // Then
        JsonNode choice = JSON.readTree(call.get().body()).at("/choices/0");
        assertThat(choice.get("finish_reason").textValue()).isEqualTo("tool_calls");
        assertThat(choice.at("/message/content").isNull()).isTrue();
        JsonNode use = choice.at("/message/tool_calls/0");
        assertThat(use.get("id").textValue()).isEqualTo("c1");
        assertThat(use.get("type").textValue()).isEqualTo("function");
        assertThat(use.at("/function/arguments").textValue()).isEqualTo("{\"at\":1}");
    }

    @ParameterizedTest
    @CsvSource({
        "CONFLICT, 409, idempotency_conflict, invalid_request_error",
        "OVER_BUDGET, 429, insufficient_quota, insufficient_quota",
        "TOO_MANY, 429, rate_limit_exceeded, rate_limit_error",
        "REFUSED, 400, refused, invalid_request_error",
    })
    void whatAdmissionTurnsAwayHasItsStatus(
            ReceiptStatus word, int status, String code, String type) throws Exception {
        // Given
        side.jobs().admission(command -> receipt(command, word, null));

        // When
        HttpResponse<String> response = postAsync(ASK).get();

        // Then
        assertError(response, status, type, code);
        assertThat(side.waits().size()).isZero();
    }

    @Test
    void aRefusalThatComesLateStillReachesTheCaller() throws Exception {
        // Given: longer than a receipt is waited for at the door
        CompletableFuture<HttpResponse<String>> call = postAsync(ASK);
        JobCommand command = written();
        await().pollDelay(Duration.ofMillis(400)).until(() -> true);

        // When
        receipt(command, ReceiptStatus.TOO_MANY, null);

        // Then
        assertError(call.get(), 429, "rate_limit_error", "rate_limit_exceeded");
        assertThat(call.get().headers().firstValue("Retry-After")).isPresent();
    }

    @ParameterizedTest
    @CsvSource({
        "FAILED, engine_error, 500, server_error",
        "REJECTED, no_lane, 400, invalid_request_error",
        "EXPIRED, deadline_exceeded, 504, timeout_error",
        "CANCELLED, cancelled, 409, invalid_request_error",
    })
    void aJobThatEndsOtherwiseIsAnErrorThatIsNotTriedAgain(
            ResultStatus end, String code, int status, String type) throws Exception {
        // Given
        CompletableFuture<HttpResponse<String>> call = postAsync(ASK);
        JobCommand command = written();

        // When
        JobError error = new JobError(code, null, null, "it did not work");
        side.deliver(reply(result(command, end).setError(error).build()));

        // Then
        HttpResponse<String> response = call.get();
        assertError(response, status, type, code);
        assertThat(response.headers().firstValue("x-should-retry")).contains("false");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"model\": \"gpt-none\", \"messages\": [{\"role\": \"user\", \"content\":"
                        + " \"x\"}]} | 404 | model_not_found | model",
                "{\"model\": \"auto\", \"messages\": []} | 400 | empty_prompt | messages",
                "{\"model\": \"auto\", \"messages\": [{\"role\": \"user\", \"content\": \"x\"}],"
                        + " \"n\": 3} | 400 | unsupported_parameter | n",
            })
    void aWrongRequestIsAnErrorThatNamesTheParameter(
            String body, int status, String code, String param) throws Exception {
        HttpResponse<String> response = postAsync(body).get();
        assertError(response, status, "invalid_request_error", code);
        assertThat(JSON.readTree(response.body()).at("/error/param").textValue()).isEqualTo(param);
        assertThat(side.jobs().written()).isEmpty();
    }

    @Test
    void keysPathsAndBodiesHaveThatApisErrorsToo() throws Exception {
        HttpResponse<String> stranger =
                client.send(request("/v1/models", "sk-none").build(), BodyHandlers.ofString());
        assertError(stranger, 401, "invalid_request_error", "invalid_api_key");
        HttpResponse<String> method =
                client.send(
                        request("/v1/chat/completions", Examples.ACME_KEY).DELETE().build(),
                        BodyHandlers.ofString());
        assertError(method, 405, "invalid_request_error", "method_not_allowed");
        HttpResponse<String> large =
                postAsync("{\"x\": \"" + "x".repeat(1024 * 1024) + "\"}").get();
        assertError(large, 413, "invalid_request_error", "body_too_large");
        assertError(postAsync("{").get(), 400, "invalid_request_error", "malformed_json");
    }

    @Test
    void aCallerThatGoesAwayFreesItsPlaceAndItsJobIsCancelled() throws Exception {
        // Given
        try (Socket socket = connect(ASK, "")) {
            JobCommand command = written();
            receipt(command, ReceiptStatus.ACCEPTED, null);
            await().atMost(SOON).until(() -> side.waitingCallers() == 0);
            assertThat(side.waits().size()).isEqualTo(1);
        }

        // Then
        await().atMost(SOON).until(() -> side.waits().size() == 0);
        await().atMost(SOON).until(() -> side.jobs().written().size() == 2);
        assertThat(side.jobs().written().get(1).getBody()).isInstanceOf(Cancellation.class);
    }

    @Test
    void aCallerWithAKeyMayComeBackSoItsJobGoesOn() throws Exception {
        // Given
        try (Socket socket = connect(ASK, "Idempotency-Key: again\r\n")) {
            receipt(written(), ReceiptStatus.ACCEPTED, null);
            await().atMost(SOON).until(() -> side.waitingCallers() == 0);
        }

        // When
        await().atMost(SOON).until(() -> side.waits().size() == 0);
        CompletableFuture<HttpResponse<String>> back = postAsync(ASK, "Idempotency-Key", "again");
        await().atMost(SOON).until(() -> side.jobs().written().size() == 2);
        JobCommand command = side.jobs().written().get(1);
        receipt(command, ReceiptStatus.DUPLICATE, null);
        succeed(command, "Because.");

        // Then
        assertThat(back.get().statusCode()).isEqualTo(200);
        assertThat(side.jobs().written())
                .allSatisfy(each -> assertThat(each.getBody()).isInstanceOf(Submission.class));
    }

    // ---------------------------------------------------------------- streamed

    @Test
    void aStreamSendsPiecesAsTheyComeAndTheRestFromTheResult() throws Exception {
        // Given
        HttpResponse<InputStream> response = stream();
        JobCommand command = written();
        try (InputStream body = response.body()) {
            assertThat(response.statusCode()).isEqualTo(200);
            assertThat(response.headers().firstValue("Content-Type").orElse(""))
                    .startsWith("text/event-stream");
            assertThat(event(body).at("/choices/0/delta/role").textValue()).isEqualTo("assistant");

            // When
            piece(command, 1, 0, "Be");
            JsonNode first = event(body);
            succeed(command, "Because.");

            // Then
            assertThat(first.at("/choices/0/delta/content").textValue()).isEqualTo("Be");
            assertThat(first.get("id").textValue()).isEqualTo("chatcmpl-" + command.getJobId());
            assertThat(first.get("usage").isNull()).isTrue();
            assertThat(event(body).at("/choices/0/delta/content").textValue()).isEqualTo("cause.");
            JsonNode last = event(body);
            assertThat(last.at("/choices/0/finish_reason").textValue()).isEqualTo("length");
            JsonNode usage = event(body);
            assertThat(usage.get("choices").isEmpty()).isTrue();
            assertThat(usage.at("/usage/completion_tokens").intValue()).isEqualTo(7);
            assertThat(line(body)).isEqualTo("data: [DONE]");
            assertThat(new String(body.readAllBytes(), StandardCharsets.UTF_8)).isBlank();
        }
        assertThat(side.waits().size()).isZero();
    }

    @Test
    void aStreamIsTornByASecondAttemptAndSaysWhereTheResultWillBe() throws Exception {
        // Given
        HttpResponse<InputStream> response = stream();
        JobCommand command = written();
        try (InputStream body = response.body()) {
            event(body);
            piece(command, 1, 0, "One way");
            event(body);

            // When
            piece(command, 2, 0, "Another way");

            // Then
            JsonNode error = event(body);
            assertThat(error.at("/error/code").textValue()).isEqualTo("stream_interrupted");
            assertThat(error.at("/error/message").textValue()).contains(command.getJobId());
            assertThat(new String(body.readAllBytes(), StandardCharsets.UTF_8)).isBlank();
        }
    }

    @Test
    void aJobThatFailsEndsItsStreamWithTheError() throws Exception {
        // Given
        HttpResponse<InputStream> response = stream();
        JobCommand command = written();
        try (InputStream body = response.body()) {
            event(body);

            // When
            JobError error = new JobError("engine_error", null, null, "it did not work");
            side.deliver(reply(result(command, ResultStatus.FAILED).setError(error).build()));

            // Then
            assertThat(event(body).at("/error/code").textValue()).isEqualTo("engine_error");
            assertThat(new String(body.readAllBytes(), StandardCharsets.UTF_8)).isBlank();
        }
    }

    @Test
    void aReaderThatGoesAwayFreesItsStreamAndItsJobIsCancelled() throws Exception {
        // Given
        side.jobs().admission(command -> receipt(command, ReceiptStatus.ACCEPTED, null));
        try (Socket socket = connect(STREAM, "")) {
            assertThat(socket.getInputStream().read()).isPositive();
            assertThat(side.waits().size()).isEqualTo(1);
        }

        // Then
        await().atMost(SOON).until(() -> side.waits().size() == 0);
        await().atMost(SOON).until(() -> side.jobs().written().size() == 2);
        assertThat(side.jobs().written().get(1).getBody()).isInstanceOf(Cancellation.class);
    }

    @Test
    void aStreamThatIsRefusedIsAnOrdinaryError() throws Exception {
        side.jobs().admission(command -> receipt(command, ReceiptStatus.TOO_MANY, null));
        assertError(postAsync(STREAM).get(), 429, "rate_limit_error", "rate_limit_exceeded");
    }

    // ---------------------------------------------------------------- models

    @Test
    void modelsAreAutoAndTheLanesAndTheirAliases() throws Exception {
        JsonNode list = JSON.readTree(get("/v1/models").body());
        assertThat(list.get("data").findValuesAsText("id"))
                .containsExactly("auto", "cloud", "guide-llama", "llama");
        assertThat(JSON.readTree(get("/v1/models/llama").body()).get("object").textValue())
                .isEqualTo("model");
        assertError(get("/v1/models/none"), 404, "invalid_request_error", "model_not_found");
    }

    // ----------------------------------------------------------------

    private static JobCommand written() {
        await().atMost(SOON).until(() -> !side.jobs().written().isEmpty());
        return side.jobs().written().getFirst();
    }

    private static void receipt(
            JobCommand command, ReceiptStatus status, @Nullable JobError error) {
        if (command.getBody() instanceof Submission) {
            side.deliver(
                    new IngressReply(
                            command.getJobId(),
                            command.getTenant(),
                            Receipt.newBuilder()
                                    .setStatus(status)
                                    .setError(error)
                                    .setAcceptedAt(ACCEPTED)
                                    .setSource(command.getSource())
                                    .build()));
        }
    }

    private static void succeed(JobCommand command, String output) {
        side.deliver(
                reply(
                        result(command, ResultStatus.SUCCEEDED)
                                .setOutput(output)
                                .setFinishReason("length")
                                .build()));
    }

    private static InferenceResult.Builder result(JobCommand command, ResultStatus status) {
        return InferenceResult.newBuilder()
                .setJobId(command.getJobId())
                .setTenant(command.getTenant())
                .setStatus(status)
                .setUsage(
                        Usage.newBuilder()
                                .setInputTokens(5)
                                .setCachedInputTokens(1)
                                .setOutputTokens(7)
                                .build())
                .setAcceptedAt(ACCEPTED)
                .setCompletedAt(ACCEPTED.plusSeconds(1))
                .setSource(command.getSource());
    }

    private static IngressReply reply(InferenceResult result) {
        return new IngressReply(result.getJobId(), result.getTenant(), result);
    }

    private static void piece(JobCommand command, int attempt, int sequence, String text) {
        side.waits()
                .deliver(
                        new TokenChunk(
                                command.getJobId(),
                                command.getTenant(),
                                attempt,
                                sequence,
                                text,
                                false));
    }

    private static void assertError(
            HttpResponse<String> response, int status, String type, String code)
            throws IOException {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        JsonNode error = JSON.readTree(response.body()).get("error");
        assertThat(error.get("type").textValue()).isEqualTo(type);
        assertThat(error.get("code").textValue()).isEqualTo(code);
        assertThat(error.get("message").textValue()).isNotBlank();
        assertThat(error.has("param")).isTrue();
        assertThat(response.headers().firstValue("x-request-id")).isPresent();
    }

    private static HttpResponse<InputStream> stream() throws Exception {
        return client.send(
                request("/v1/chat/completions", Examples.ACME_KEY)
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString(STREAM))
                        .build(),
                BodyHandlers.ofInputStream());
    }

    private static JsonNode event(InputStream body) throws IOException {
        return JSON.readTree(line(body).substring("data: ".length()));
    }

    /** The next line that is not empty. */
    private static String line(InputStream body) throws IOException {
        java.io.ByteArrayOutputStream line = new java.io.ByteArrayOutputStream();
        for (int next = body.read(); next >= 0; next = body.read()) {
            if (next != '\n') {
                line.write(next);
            } else if (line.size() > 0) {
                break;
            }
        }
        return line.toString(StandardCharsets.UTF_8);
    }

    private static CompletableFuture<HttpResponse<String>> postAsync(
            String body, String... headers) {
        HttpRequest.Builder request =
                request("/v1/chat/completions", Examples.ACME_KEY)
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString(body));
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        return client.sendAsync(request.build(), BodyHandlers.ofString());
    }

    private static HttpResponse<String> get(String path) throws Exception {
        return client.send(request(path, Examples.ACME_KEY).build(), BodyHandlers.ofString());
    }

    private static HttpRequest.Builder request(String path, String key) {
        return HttpRequest.newBuilder(URI.create(side.url() + path))
                .timeout(Duration.ofSeconds(20))
                .header("Authorization", "Bearer " + key);
    }

    /** A caller with a connection of its own, which it can drop. */
    private static Socket connect(String body, String headers) throws IOException {
        URI uri = URI.create(side.url());
        Socket socket = new Socket(uri.getHost(), uri.getPort());
        String request =
                String.join(
                        "\r\n",
                        List.of(
                                "POST /v1/chat/completions HTTP/1.1",
                                "Host: localhost",
                                "Authorization: Bearer " + Examples.ACME_KEY,
                                "Content-Type: application/json",
                                "Content-Length: " + body.length(),
                                headers + "\r\n" + body));
        socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
        socket.getOutputStream().flush();
        return socket;
    }
}
