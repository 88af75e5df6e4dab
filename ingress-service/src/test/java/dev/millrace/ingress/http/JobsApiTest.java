package dev.millrace.ingress.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.ingress.Examples;
import dev.millrace.ingress.HttpSide;
import dev.millrace.ingress.jobs.JobView;
import dev.millrace.ingress.jobs.Sent;
import dev.millrace.v1.Cancellation;
import dev.millrace.v1.IngressReply;
import dev.millrace.v1.JobCommand;
import dev.millrace.v1.JobError;
import dev.millrace.v1.Receipt;
import dev.millrace.v1.ReceiptStatus;
import dev.millrace.v1.Submission;
import java.io.ByteArrayInputStream;
import java.io.IOException;
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
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The HTTP side as a caller sees it; the pipeline behind it is a fake. */
class JobsApiTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Instant ACCEPTED = Instant.parse("2026-01-02T03:04:05Z");
    private static final String JOB =
            "{\"messages\": [{\"role\": \"user\", \"content\": \"What is a lane?\"}]}";
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

    // ---------------------------------------------------------------- cancelled

    @Test
    void aJobIsCancelledByItsOwnerAndAskingTwiceDoesNoHarm() throws Exception {
        // Given
        String id = id(post(JOB));

        // When
        HttpResponse<String> first = cancel(id, Examples.ACME_KEY);
        HttpResponse<String> again = cancel(id, Examples.ACME_KEY);

        // Then
        assertThat(first.statusCode()).isEqualTo(202);
        assertThat(again.statusCode()).isEqualTo(202);
        assertThat(JSON.readTree(first.body()).get("id").textValue()).isEqualTo(id);
        JobCommand command = side.jobs().written().get(1);
        assertThat(command.getJobId()).isEqualTo(id);
        assertThat(command.getTenant()).isEqualTo("acme");
        assertThat(command.getBody()).isInstanceOf(Cancellation.class);
    }

    @Test
    void aJobThatHasEndedStaysAsItIs() throws Exception {
        // Given
        String id = id(post(JOB));
        side.stored().put("acme", succeeded(id));

        // When
        HttpResponse<String> response = cancel(id, Examples.ACME_KEY);

        // Then
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(JSON.readTree(response.body()).get("status").textValue()).isEqualTo("succeeded");
        assertThat(side.jobs().written()).hasSize(1);
    }

    @Test
    void anotherTenantsJobOrNoneCannotBeCancelled() throws Exception {
        // Given
        String id = id(post(JOB));

        // Then
        assertThat(cancel(id, Examples.OTHER_KEY).statusCode()).isEqualTo(404);
        assertThat(cancel("nonsense", Examples.ACME_KEY).statusCode()).isEqualTo(404);
        assertThat(side.jobs().written()).hasSize(1);
    }

    @Test
    void aCancellationThatIsNotConfirmedIsToBeAskedForAgain() throws Exception {
        // Given
        String id = id(post(JOB));
        side.jobs().answer(command -> new Sent.NotNow("slow", false));

        // When
        HttpResponse<String> response = cancel(id, Examples.ACME_KEY);

        // Then
        assertThat(response.statusCode()).isEqualTo(503);
        assertThat(response.headers().firstValue("Retry-After")).isPresent();
    }

    // ---------------------------------------------------------------- accepted

    @Test
    void aJobIsAcceptedUnderAnIdThatCanBeAskedForAtOnce() throws Exception {
        // Given
        side.jobs().admission(command -> receipt(command, ReceiptStatus.ACCEPTED, false, null));

        // When
        HttpResponse<String> response = post(JOB);

        // Then
        assertThat(response.statusCode()).isEqualTo(202);
        JsonNode body = JSON.readTree(response.body());
        String id = body.get("id").textValue();
        assertThat(body.get("status").textValue()).isEqualTo("queued");
        assertThat(Instant.parse(body.get("created_at").textValue())).isEqualTo(ACCEPTED);
        assertThat(response.headers().firstValue("Location")).contains("/v1/jobs/" + id);
        JobCommand command = side.jobs().written().getFirst();
        assertThat(command.getJobId()).isEqualTo(id);
        assertThat(command.getTenant()).isEqualTo("acme");
        assertThat(((Submission) command.getBody()).getJob().getTenant()).isEqualTo("acme");
        assertThat(get("/v1/jobs/" + id).statusCode()).isEqualTo(200);
    }

    @Test
    void withoutAReceiptInTimeTheJobIsQueuedAllTheSame() throws Exception {
        // Given: admission is silent

        // When
        long started = System.nanoTime();
        HttpResponse<String> response = post(JOB);
        Duration took = Duration.ofNanos(System.nanoTime() - started);

        // Then
        assertThat(response.statusCode()).isEqualTo(202);
        assertThat(JSON.readTree(response.body()).get("status").textValue()).isEqualTo("queued");
        assertThat(took).isBetween(Duration.ofMillis(240), Duration.ofSeconds(5));
        assertThat(side.waitingCallers()).isZero();
    }

    @Test
    void theSameKeyIsTheSameJobAndAnotherKeyAnother() throws Exception {
        // When
        String first = id(post(JOB, "Idempotency-Key", "order-17"));
        String again = id(post(JOB, "Idempotency-Key", "order-17"));
        String other = id(post(JOB, "Idempotency-Key", "order-18"));

        // Then
        assertThat(again).isEqualTo(first);
        assertThat(other).isNotEqualTo(first);
        assertThat(side.jobs().written())
                .extracting(c -> ((Submission) c.getBody()).getJob().getIdempotencyKey().orElse(""))
                .containsExactly("order-17", "order-17", "order-18");
    }

    @Test
    void aDuplicateOfAnEndedJobAnswersWithItsStoredResult() throws Exception {
        // Given
        side.jobs()
                .admission(
                        command -> {
                            side.stored().put("acme", succeeded(command.getJobId()));
                            receipt(command, ReceiptStatus.DUPLICATE, true, null);
                        });

        // When
        HttpResponse<String> response = post(JOB, "Idempotency-Key", "k");

        // Then
        assertThat(response.statusCode()).isEqualTo(202);
        JsonNode body = JSON.readTree(response.body());
        assertThat(body.get("status").textValue()).isEqualTo("succeeded");
        assertThat(body.get("output").textValue()).isEqualTo("A lane is one model's topics.");
    }

    @Test
    void aPromptIsMeasuredInBytesNotInCharacters() throws Exception {
        // When
        HttpResponse<String> response =
                post(
                        "{\"messages\": [{\"role\": \"user\", \"content\": \""
                                + "é".repeat(501)
                                + "\"}]}");

        // Then
        assertProblem(response, 400, "prompt_too_large", "messages", "1000 bytes");
    }

    // ---------------------------------------------------------------- refused by admission

    @ParameterizedTest
    @CsvSource({
        "CONFLICT, 409, idempotency_conflict",
        "OVER_BUDGET, 402, over_budget",
        "TOO_MANY, 429, too_many_outstanding",
        "REFUSED, 400, refused"
    })
    void whatAdmissionRefusesHasItsStatus(ReceiptStatus receipt, int status, String code)
            throws Exception {
        // Given
        side.jobs().admission(command -> receipt(command, receipt, false, null));

        // When
        HttpResponse<String> response = post(JOB, "Idempotency-Key", "k");

        // Then
        assertProblem(response, status, code);
        assertThat(response.headers().firstValue("Retry-After").isPresent())
                .isEqualTo(status == 429);
    }

    @Test
    void admissionsOwnErrorIsPassedOn() throws Exception {
        // Given
        JobError error =
                new JobError("too_many_outstanding", "tenant", "100 open jobs", "there are 100");
        side.jobs().admission(command -> receipt(command, ReceiptStatus.TOO_MANY, false, error));

        // When
        HttpResponse<String> response = post(JOB);

        // Then
        assertProblem(response, 429, "too_many_outstanding", "tenant", "100 open jobs");
    }

    // ---------------------------------------------------------------- refused at the door

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{                                                                   | malformed_json          |",
                "{\"messages\": [], \"max_token\": 1}                                | unknown_field           | max_token",
                "{\"messages\": [], \"max_tokens\": \"1\"}                           | wrong_type              | max_tokens",
                "{\"messages\": [{\"role\": \"user\"}]}                              | missing_field           | messages[0].content",
                "{}                                                                  | empty_prompt            | messages",
                "{\"messages\": [{\"role\": \"user\", \"content\": \" \"}]}          | empty_prompt            | messages",
                "{\"messages\": [{\"role\": \"boss\", \"content\": \"x\"}]}          | invalid_role            | messages[0].role",
                "{\"model\": \"gpt-9\", \"messages\": [{\"role\": \"user\", \"content\": \"x\"}]} | unknown_model | model",
                "{\"max_tokens\": 0, \"messages\": [{\"role\": \"user\", \"content\": \"x\"}]} | max_tokens_out_of_range | max_tokens",
                "{\"reply\": \"other-inbox\", \"messages\": [{\"role\": \"user\", \"content\": \"x\"}]} | unknown_reply | reply",
                "{\"priority\": \"now\", \"messages\": [{\"role\": \"user\", \"content\": \"x\"}]} | invalid_priority | priority",
                "{\"deadline_ms\": 0, \"messages\": [{\"role\": \"user\", \"content\": \"x\"}]} | invalid_deadline | deadline_ms",
                "{\"messages\": [{\"role\": \"user\", \"content\": \"x\\ud800y\"}]}    | invalid_character       | messages",
            })
    void aWrongBodyIsABadRequestThatNamesTheFieldAndTheLimitAndLeavesNothing(
            String body, String code, String field) throws Exception {
        // When
        HttpResponse<String> response = post(body);

        // Then
        assertProblem(response, 400, code);
        JsonNode problem = JSON.readTree(response.body());
        assertThat(problem.get("field").textValue()).isEqualTo(field);
        assertThat(problem.get("limit").textValue()).isNotBlank();
        assertThat(side.jobs().written()).isEmpty();
    }

    @Test
    void aKeyThatIsTooLongOrGivenTwiceIsRefused() throws Exception {
        assertProblem(
                post(JOB, "Idempotency-Key", "k".repeat(256)),
                400,
                "idempotency_key_too_long",
                "idempotency_key",
                "255 characters");
        assertProblem(
                post(JOB, "Idempotency-Key", "a", "Idempotency-Key", "b"),
                400,
                "invalid_idempotency_key");
    }

    @Test
    void aBodyOverTheLimitIsTooLarge() throws Exception {
        // Given
        String body =
                "{\"messages\": [{\"role\": \"user\", \"content\": \""
                        + "x".repeat(1024 * 1024)
                        + "\"}]}";

        // When
        HttpResponse<String> response = post(body);

        // Then
        assertProblem(response, 413, "body_too_large", null, "1048576 bytes");
    }

    @Test
    void aBodyOverTheLimitThatDoesNotTellItsLengthIsTooLargeToo() throws Exception {
        // Given
        byte[] body = "x".repeat(2 * 1024 * 1024).getBytes(StandardCharsets.US_ASCII);

        // When
        HttpResponse<String> response =
                send(
                        request("/v1/jobs")
                                .header("Content-Type", "application/json")
                                .POST(
                                        BodyPublishers.ofInputStream(
                                                () -> new ByteArrayInputStream(body))));

        // Then
        assertProblem(response, 413, "body_too_large", null, "1048576 bytes");
    }

    @Test
    void aBodyThatIsNotDeclaredAsJsonIsUnsupported() throws Exception {
        assertProblem(
                send(
                        request("/v1/jobs")
                                .header("Content-Type", "text/plain")
                                .POST(BodyPublishers.ofString(JOB))),
                415,
                "unsupported_media_type",
                "Content-Type",
                "application/json");
    }

    @Test
    void anEmptyBodyIsMalformed() throws Exception {
        assertProblem(post(""), 400, "malformed_json");
    }

    // ---------------------------------------------------------------- who is asking

    @ParameterizedTest
    @CsvSource({
        "'', missing_api_key",
        "Basic abc, missing_api_key",
        "Bearer, missing_api_key",
        "Bearer nobody, unknown_api_key"
    })
    void withoutAKnownKeyNothingIsSaid(String authorization, String code) throws Exception {
        // Given
        HttpRequest.Builder request =
                HttpRequest.newBuilder(uri("/v1/jobs"))
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString(JOB));
        if (!authorization.isEmpty()) {
            request.header("Authorization", authorization);
        }

        // When
        HttpResponse<String> response = send(request);

        // Then
        assertProblem(response, 401, code);
        assertThat(response.headers().firstValue("WWW-Authenticate")).isPresent();
        assertThat(side.jobs().written()).isEmpty();
    }

    @Test
    void anotherTenantsIdIsNotFound() throws Exception {
        // Given
        String id = id(post(JOB));
        side.stored().put("acme", succeeded(id));

        // When
        HttpResponse<String> theirs =
                send(
                        HttpRequest.newBuilder(uri("/v1/jobs/" + id))
                                .header("Authorization", "Bearer " + Examples.OTHER_KEY));

        // Then
        assertProblem(theirs, 404, "job_not_found");
        assertThat(get("/v1/jobs/" + id).statusCode()).isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource({"x", "0190c2f1-0000-7000-8000-000000000000-000000000000", "%00"})
    void anIdThatWasNeverGivenIsNotFound(String id) throws Exception {
        assertProblem(get("/v1/jobs/" + id), 404, "job_not_found");
    }

    // ---------------------------------------------------------------- a job as it stands

    @Test
    void anEndedJobShowsItsOutputUsageCostAndRoute() throws Exception {
        // Given
        String id = id(post(JOB));
        side.stored().put("acme", succeeded(id));

        // When
        JsonNode job = JSON.readTree(get("/v1/jobs/" + id).body());

        // Then
        assertThat(job.get("status").textValue()).isEqualTo("succeeded");
        assertThat(job.get("usage").get("output_tokens").intValue()).isEqualTo(7);
        assertThat(job.get("cost_micros").longValue()).isEqualTo(42);
        assertThat(job.get("route").get("lane").textValue()).isEqualTo("guide-llama");
        assertThat(job.get("route").get("candidates").get(0).get("verdict").textValue())
                .isEqualTo("chosen");
        assertThat(job.get("route").get("reasons").get(0).textValue())
                .isEqualTo("asked for by name");
        assertThat(job.has("error")).isFalse();
    }

    @Test
    void aJobWithoutARowYetIsQueuedSinceItWasNamed() throws Exception {
        // Given
        Instant before = Instant.now().minusMillis(1);
        String id = id(post(JOB));

        // When
        JsonNode job = JSON.readTree(get("/v1/jobs/" + id).body());

        // Then
        assertThat(job.get("status").textValue()).isEqualTo("queued");
        assertThat(Instant.parse(job.get("created_at").textValue()))
                .isBetween(before, Instant.now());
    }

    // ---------------------------------------------------------------- when parts are out

    @Test
    void whenThePipelineIsOutTheCallerIsToldToTryAgain() throws Exception {
        // Given
        side.jobs().answer(command -> new Sent.NotNow("TimeoutException", true));

        // When
        HttpResponse<String> response = post(JOB);

        // Then
        assertProblem(response, 503, "pipeline_unavailable");
        assertThat(response.headers().firstValue("Retry-After")).contains("1");
        assertThat(JSON.readTree(response.body()).get("detail").textValue())
                .contains("Idempotency-Key");
    }

    @Test
    void whenTheDatabaseIsOutAJobCannotBeShownButCanBeSent() throws Exception {
        // Given
        String id = id(post(JOB));
        side.stored().setDown(true);

        // When
        HttpResponse<String> shown = get("/v1/jobs/" + id);
        HttpResponse<String> sent = post(JOB);

        // Then
        assertProblem(shown, 503, "database_unavailable");
        assertThat(sent.statusCode()).isEqualTo(202);
    }

    @Test
    void beforeTheCatalogIsReadNobodyIsKnown() throws Exception {
        // Given
        side.catalogIsRead(false);

        // When
        HttpResponse<String> response = post(JOB);

        // Then
        assertProblem(response, 503, "starting");
    }

    // ---------------------------------------------------------------- the server's own errors

    @Test
    void theServersOwnErrorsAreProblemsToo() throws Exception {
        assertProblem(get("/nowhere"), 404, "not_found");
        assertProblem(send(request("/v1/jobs").DELETE()), 405, "method_not_allowed");
    }

    @Test
    void healthAndMetersAnswerWithoutAKey() throws Exception {
        // When
        HttpResponse<String> health = send(HttpRequest.newBuilder(uri("/health/readiness")));
        post(JOB);
        HttpResponse<String> meters = send(HttpRequest.newBuilder(uri("/prometheus")));

        // Then: no reader runs here, so the service is not ready
        assertThat(health.statusCode()).isEqualTo(503);
        assertThat(health.body()).contains("\"intake\":\"down: starting\"");
        assertThat(meters.body())
                .contains("millrace_ingress_jobs_total{outcome=\"accepted\",via=\"http\"}")
                .contains("millrace_ingress_waiting_callers 0.0")
                .contains("millrace_ingress_held_partitions 0.0")
                .contains("millrace_ingress_halted 0.0");
    }

    // ----------------------------------------------------------------

    private static void receipt(
            JobCommand command, ReceiptStatus status, boolean closed, @Nullable JobError error) {
        Receipt receipt =
                Receipt.newBuilder()
                        .setStatus(status)
                        .setClosed(closed)
                        .setError(error)
                        .setAcceptedAt(ACCEPTED)
                        .setSource(command.getSource())
                        .build();
        side.deliver(new IngressReply(command.getJobId(), command.getTenant(), receipt));
    }

    private static JobView succeeded(String id) {
        return new JobView(
                id,
                "succeeded",
                ACCEPTED,
                ACCEPTED.plusSeconds(1),
                ACCEPTED.plusSeconds(3_600),
                "A lane is one model's topics.",
                "stop",
                null,
                new JobView.TokenUsage(5, 0, 7, 0),
                42L,
                "USD",
                new JobView.RouteTaken(
                        "guide-llama",
                        "guide-llama",
                        "general",
                        "simple",
                        List.of(
                                new JobView.Candidate(
                                        "guide-llama", "chosen", "first that can take it")),
                        List.of("asked for by name")),
                null,
                Map.of("order", "17"));
    }

    private static void assertProblem(HttpResponse<String> response, int status, String code)
            throws IOException {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        assertThat(response.headers().firstValue("Content-Type").orElse(""))
                .startsWith("application/problem+json");
        JsonNode problem = JSON.readTree(response.body());
        assertThat(problem.properties())
                .extracting(Map.Entry::getKey)
                .containsExactlyInAnyOrder(
                        "type", "title", "status", "code", "field", "limit", "detail");
        assertThat(problem.get("code").textValue()).isEqualTo(code);
        assertThat(problem.get("status").intValue()).isEqualTo(status);
        assertThat(problem.get("type").textValue()).endsWith(code);
        assertThat(problem.get("detail").textValue()).isNotBlank();
    }

    private static void assertProblem(
            HttpResponse<String> response,
            int status,
            String code,
            @Nullable String field,
            String limit)
            throws IOException {
        assertProblem(response, status, code);
        JsonNode problem = JSON.readTree(response.body());
        assertThat(problem.get("field").textValue()).isEqualTo(field);
        assertThat(problem.get("limit").textValue()).isEqualTo(limit);
    }

    private static String id(HttpResponse<String> response) throws IOException {
        return JSON.readTree(response.body()).get("id").textValue();
    }

    private static HttpResponse<String> post(String body, String... headers) throws Exception {
        HttpRequest.Builder request =
                request("/v1/jobs")
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString(body));
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        return send(request);
    }

    private static HttpResponse<String> cancel(String id, String key) throws Exception {
        return send(
                HttpRequest.newBuilder(uri("/v1/jobs/" + id + "/cancel"))
                        .header("Authorization", "Bearer " + key)
                        .POST(BodyPublishers.noBody()));
    }

    private static HttpResponse<String> get(String path) throws Exception {
        return send(request(path));
    }

    private static HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(uri(path))
                .header("Authorization", "Bearer " + Examples.ACME_KEY);
    }

    private static HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        return client.send(
                request.timeout(Duration.ofSeconds(10)).build(), BodyHandlers.ofString());
    }

    private static URI uri(String path) {
        return URI.create(side.url() + path);
    }
}
