package dev.millrace.ingress.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.ingress.Examples;
import dev.millrace.ingress.HttpSide;
import dev.millrace.ingress.jobs.JobQuery.Place;
import dev.millrace.ingress.jobs.JobView;
import dev.millrace.v1.InferenceResult;
import dev.millrace.v1.IngressReply;
import dev.millrace.v1.ResultStatus;
import dev.millrace.v1.TokenChunk;
import dev.millrace.v1.Usage;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A job's live events, and lists of jobs, over a fake pipeline. */
@Timeout(60)
class JobFollowingTest {
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
        side.stored().clear();
    }

    @Test
    void aJobsEventsAreItsStateItsTokensAndItsResult() throws Exception {
        // Given
        String id = post();
        try (InputStream body = follow(id, Examples.ACME_KEY, "").body()) {
            BufferedReader events = reader(body);
            assertThat(event(events, "status", "status").get("status").textValue())
                    .isEqualTo("queued");

            // When
            piece(id, 1, 0, "A lane");
            JsonNode token = event(events, "1-0", "token");
            side.deliver(result(id));

            // Then
            assertThat(token.get("text").textValue()).isEqualTo("A lane");
            JsonNode end = event(events, "result", "result");
            assertThat(end.get("status").textValue()).isEqualTo("succeeded");
            assertThat(end.get("output").textValue()).isEqualTo("A lane is.");
            assertThat(events.readLine()).isNull();
        }
        assertThat(side.waits().size()).isZero();
    }

    @Test
    void aReaderThatComesBackGoesOnAfterTheLastTokenThatItSaw() throws Exception {
        // Given
        String id = post();
        try (InputStream body = follow(id, Examples.ACME_KEY, "1-3").body()) {
            BufferedReader events = reader(body);
            assertThat(events.readLine()).startsWith(":");
            assertThat(events.readLine()).isEmpty();

            // When
            piece(id, 1, 3, "seen");
            piece(id, 1, 4, "new");

            // Then
            assertThat(event(events, "1-4", "token").get("text").textValue()).isEqualTo("new");
        }
    }

    @Test
    void afterTheResultThereIsNothingToComeBackFor() throws Exception {
        assertThat(follow(post(), Examples.ACME_KEY, "result").statusCode()).isEqualTo(204);
    }

    @Test
    void aJobThatHasEndedShowsItsResultAtOnce() throws Exception {
        // Given
        String id = post();
        side.stored().put("acme", JobView.of((InferenceResult) result(id).getBody()));

        // When
        try (InputStream body = follow(id, Examples.ACME_KEY, "").body()) {
            BufferedReader events = reader(body);
            event(events, "status", "status");
            assertThat(event(events, "result", "result").get("output").textValue())
                    .isEqualTo("A lane is.");
        }
    }

    @Test
    void aReaderThatLeavesFreesItsPlaceAndNothingHappensToTheJob() throws Exception {
        // Given
        String id = post();
        HttpClient other = HttpClient.newHttpClient();
        other.send(events(id, Examples.ACME_KEY, ""), BodyHandlers.ofInputStream());
        assertThat(side.waits().isAwaited(id)).isTrue();

        // When
        other.shutdownNow();

        // Then
        await().atMost(Duration.ofSeconds(10)).until(() -> side.waits().size() == 0);
        assertThat(side.jobs().written()).hasSize(1);
    }

    @Test
    void anotherTenantsJobCannotBeFollowed() throws Exception {
        assertThat(follow(post(), Examples.OTHER_KEY, "").statusCode()).isEqualTo(404);
        side.stored().setDown(true);
        assertThat(follow(post(), Examples.ACME_KEY, "").statusCode()).isEqualTo(503);
        assertThat(side.waits().size()).isZero();
    }

    // ---------------------------------------------------------------- lists

    @Test
    void aTenantListsItsOwnJobs() throws Exception {
        // Given
        String id = post();
        side.stored().put("acme", JobView.of((InferenceResult) result(id).getBody()));
        side.stored().put("other", JobView.queued("another", ACCEPTED));

        // When
        JsonNode page = JSON.readTree(get("/v1/jobs?status=succeeded&limit=5").body());

        // Then
        assertThat(page.get("data").findValuesAsText("id")).containsExactly(id);
        assertThat(page.get("has_more").booleanValue()).isFalse();
        assertThat(page.get("next_cursor").isNull()).isTrue();
        assertThat(JSON.readTree(get("/v1/jobs?status=queued").body()).get("data")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "status=done, invalid_status, status",
        "limit=0, invalid_limit, limit",
        "limit=x, invalid_limit, limit",
        "created_from=yesterday, invalid_moment, created_from",
        "cursor=nonsense, invalid_cursor, cursor",
        "stat=queued, unknown_field, stat",
    })
    void aWrongParameterIsNamed(String query, String code, String field) throws Exception {
        HttpResponse<String> response = get("/v1/jobs?" + query);
        assertThat(response.statusCode()).isEqualTo(400);
        JsonNode problem = JSON.readTree(response.body());
        assertThat(problem.get("code").textValue()).isEqualTo(code);
        assertThat(problem.get("field").textValue()).isEqualTo(field);
    }

    @Test
    void aCursorIsAPlace() {
        Place place = new Place(ACCEPTED, "an-id");
        assertThat(Place.of(place.cursor())).contains(place);
    }

    // ----------------------------------------------------------------

    private static void piece(String id, int attempt, int sequence, String text) {
        side.waits().deliver(new TokenChunk(id, "acme", attempt, sequence, text, false));
    }

    private static IngressReply result(String id) {
        return new IngressReply(
                id,
                "acme",
                InferenceResult.newBuilder()
                        .setJobId(id)
                        .setTenant("acme")
                        .setStatus(ResultStatus.SUCCEEDED)
                        .setOutput("A lane is.")
                        .setUsage(Usage.newBuilder().build())
                        .setAcceptedAt(ACCEPTED)
                        .setCompletedAt(ACCEPTED.plusSeconds(1))
                        .build());
    }

    private static BufferedReader reader(InputStream body) {
        return new BufferedReader(new InputStreamReader(body, StandardCharsets.UTF_8));
    }

    /** The next event's data. */
    private static JsonNode event(BufferedReader events, String id, String name)
            throws IOException {
        assertThat(events.readLine()).isEqualTo("id: " + id);
        assertThat(events.readLine()).isEqualTo("event: " + name);
        String data = events.readLine();
        assertThat(events.readLine()).isEmpty();
        return JSON.readTree(data.substring("data: ".length()));
    }

    private static String post() throws Exception {
        HttpResponse<String> response =
                client.send(
                        request("/v1/jobs", Examples.ACME_KEY)
                                .header("Content-Type", "application/json")
                                .POST(BodyPublishers.ofString(JOB))
                                .build(),
                        BodyHandlers.ofString());
        return JSON.readTree(response.body()).get("id").textValue();
    }

    private static HttpResponse<InputStream> follow(String id, String key, String last)
            throws Exception {
        return client.send(events(id, key, last), BodyHandlers.ofInputStream());
    }

    private static HttpRequest events(String id, String key, String last) {
        HttpRequest.Builder request = request("/v1/jobs/" + id + "/events", key);
        return (last.isEmpty() ? request : request.header("Last-Event-ID", last)).build();
    }

    private static HttpResponse<String> get(String path) throws Exception {
        return client.send(request(path, Examples.ACME_KEY).build(), BodyHandlers.ofString());
    }

    private static HttpRequest.Builder request(String path, String key) {
        return HttpRequest.newBuilder(URI.create(side.url() + path))
                .timeout(Duration.ofSeconds(20))
                .header("Authorization", "Bearer " + key);
    }
}
