package dev.millrace.stack.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ModelServerTest {
    private static final String SUM =
            """
            {"model": "m", "messages": [{"role": "user", "content": "What is 6 * 7?"}]}
            """;

    private final ObjectMapper json = new ObjectMapper();
    private final HttpClient client = HttpClient.newHttpClient();
    private ModelServer server;

    @BeforeEach
    void start() throws IOException {
        server = ModelServer.start(ModelServerSettings.quick());
    }

    @AfterEach
    void stop() {
        server.close();
        client.close();
    }

    @Test
    void answersInTheWireFormatWithCountsThatAddUp() throws Exception {
        // When
        JsonNode answer = json.readTree(post(SUM).body());

        // Then
        assertThat(answer.at("/choices/0/message/content").asText()).isEqualTo("6 * 7 = 42");
        assertThat(answer.at("/choices/0/finish_reason").asText()).isEqualTo("stop");
        JsonNode usage = answer.get("usage");
        assertThat(usage.get("prompt_tokens").asInt()).isPositive();
        assertThat(usage.get("total_tokens").asInt())
                .isEqualTo(
                        usage.get("prompt_tokens").asInt()
                                + usage.get("completion_tokens").asInt());
    }

    @Test
    void aWatchSeesEachCallComeAndGoAndCanHoldItBack() throws Exception {
        // Given
        List<String> seen = new CopyOnWriteArrayList<>();
        server.watch(
                new CallWatch() {
                    @Override
                    public Duration began(String question) {
                        seen.add("began " + question);
                        return Duration.ofMillis(150);
                    }

                    @Override
                    public void ended(String question) {
                        seen.add("ended " + question);
                    }
                });
        long start = System.nanoTime();

        // When
        int status = post(SUM).statusCode();

        // Then
        assertThat(status).isEqualTo(200);
        assertThat(Duration.ofNanos(System.nanoTime() - start))
                .isGreaterThan(Duration.ofMillis(150));
        Awaitility.await()
                .untilAsserted(
                        () ->
                                assertThat(seen)
                                        .containsExactly(
                                                "began What is 6 * 7?", "ended What is 6 * 7?"));
    }

    @Test
    void theSameConversationGetsTheSameAnswer() throws Exception {
        String first = json.readTree(post(SUM).body()).at("/choices/0/message/content").asText();
        String second = json.readTree(post(SUM).body()).at("/choices/0/message/content").asText();

        assertThat(second).isEqualTo(first);
    }

    @Test
    void aBeginningThatCameBeforeCountsAsCached() throws Exception {
        // Given
        String system = "Answer briefly and never guess. ".repeat(20);
        String body =
                json.writeValueAsString(
                        Map.of(
                                "model",
                                "m",
                                "messages",
                                List.of(
                                        Map.of("role", "system", "content", system),
                                        Map.of("role", "user", "content", "What is 1 + 1?"))));
        post(body);

        // When
        JsonNode usage = json.readTree(post(body).body()).get("usage");

        // Then
        int cached = usage.at("/prompt_tokens_details/cached_tokens").asInt();
        assertThat(cached).isPositive().isLessThan(usage.get("prompt_tokens").asInt());
    }

    @Test
    void aModelThatReasonsCountsItsReasoningInTheOutput() throws Exception {
        // When
        JsonNode usage =
                json.readTree(post(SUM.replace("\"m\"", "\"m-reasoner\"")).body()).get("usage");

        // Then
        int reasoning = usage.at("/completion_tokens_details/reasoning_tokens").asInt();
        assertThat(reasoning).isPositive().isLessThan(usage.get("completion_tokens").asInt());
    }

    @Test
    void theAnswerEndsAtTheTokenLimit() throws Exception {
        // When
        JsonNode answer =
                json.readTree(
                        post(SUM.replace("\"messages\"", "\"max_tokens\": 2, \"messages\""))
                                .body());

        // Then
        assertThat(answer.at("/choices/0/finish_reason").asText()).isEqualTo("length");
        assertThat(answer.at("/usage/completion_tokens").asInt()).isEqualTo(2);
    }

    @Test
    void aStreamCarriesTheSameTextThenUsageThenDone() throws Exception {
        // When
        String body =
                post(SUM.replace(
                                "\"messages\"",
                                "\"stream\": true, \"stream_options\": {\"include_usage\": true},"
                                        + " \"messages\""))
                        .body();

        // Then
        List<String> events =
                body.lines()
                        .filter(line -> line.startsWith("data: "))
                        .map(line -> line.substring(6))
                        .toList();
        StringBuilder text = new StringBuilder();
        for (String event : events.subList(0, events.size() - 1)) {
            text.append(json.readTree(event).at("/choices/0/delta/content").asText(""));
        }
        assertThat(text).hasToString("6 * 7 = 42");
        assertThat(events.getLast()).isEqualTo("[DONE]");
        assertThat(
                        json.readTree(events.get(events.size() - 2))
                                .at("/usage/completion_tokens")
                                .asInt())
                .isPositive();
        assertThat(
                        json.readTree(events.get(events.size() - 3))
                                .at("/choices/0/finish_reason")
                                .asText())
                .isEqualTo("stop");
    }

    @Test
    void aRateLimitSaysWhenToComeBack() throws Exception {
        // Given
        server.failNext(Fault.RATE_LIMIT);

        // When
        HttpResponse<String> refused = post(SUM);

        // Then
        assertThat(refused.statusCode()).isEqualTo(429);
        assertThat(refused.headers().firstValue("Retry-After")).contains("1");
        assertThat(json.readTree(refused.body()).at("/error/code").asText())
                .isEqualTo("rate_limit_exceeded");
        assertThat(post(SUM).statusCode()).isEqualTo(200);
    }

    @Test
    void aTruncatedStreamHasNoEnd() throws Exception {
        // Given
        server.failNext(Fault.TRUNCATE);

        // When
        String body = post(SUM.replace("\"messages\"", "\"stream\": true, \"messages\"")).body();

        // Then
        assertThat(body).contains("data: ").doesNotContain("[DONE]").doesNotContain("\"stop\"");
    }

    @Test
    void withoutTheKeyNobodyIsAnswered() throws Exception {
        // Given
        server.close();
        server = ModelServer.start(ModelServerSettings.quick().withKey("secret"));

        // Then
        assertThat(post(SUM).statusCode()).isEqualTo(401);
        assertThat(post(SUM, "Authorization", "Bearer secret").statusCode()).isEqualTo(200);
    }

    @Test
    void badRequestsAreErrorsThatNameTheParameter() throws Exception {
        assertThat(
                        json.readTree(post("{\"model\": \"m\", \"messages\": []}").body())
                                .at("/error/param")
                                .asText())
                .isEqualTo("messages");
        assertThat(json.readTree(post("{\"messages\": []}").body()).at("/error/param").asText())
                .isEqualTo("model");
        assertThat(post("not json").statusCode()).isEqualTo(400);
    }

    @Test
    void faultsByChanceRepeatWithTheSeed() {
        Map<Fault, Double> rates = Map.of(Fault.RATE_LIMIT, 0.2, Fault.SERVER_ERROR, 0.2);
        FaultPlan one = new FaultPlan(rates, 7);
        FaultPlan other = new FaultPlan(rates, 7);
        int faults = 0;
        for (int i = 0; i < 1_000; i++) {
            var fault = one.next();
            assertThat(other.next()).isEqualTo(fault);
            faults += fault.isPresent() ? 1 : 0;
        }
        assertThat(faults).isBetween(300, 500);
    }

    @Test
    void optionsAreReadAndBadOnesNamed() {
        // When
        ModelServerSettings settings =
                ModelServerSettings.parse(
                        List.of(
                                "--port",
                                "8123",
                                "--fault",
                                "rate-limit=0.25",
                                "--first-token-ms",
                                "40",
                                "--key-env",
                                "K"),
                        Map.of("K", "secret"));

        // Then
        assertThat(settings.port()).isEqualTo(8123);
        assertThat(settings.faultRates()).containsEntry(Fault.RATE_LIMIT, 0.25);
        assertThat(settings.firstToken()).isEqualTo(Duration.ofMillis(40));
        assertThat(settings.key()).contains("secret");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ModelServerSettings.parse(List.of("--port", "x"), Map.of()))
                .withMessageContaining("--port=x");
        assertThatThrownBy(() -> ModelServerSettings.parse(List.of("--fault", "nap=1"), Map.of()))
                .hasMessageContaining("rate-limit");
    }

    private HttpResponse<String> post(String body, String... headers)
            throws IOException, InterruptedException {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(server.baseUrl() + "/chat/completions"))
                        .timeout(Duration.ofSeconds(10))
                        .POST(HttpRequest.BodyPublishers.ofString(body));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }
}
