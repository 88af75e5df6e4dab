package dev.millrace.ingress.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.ingress.Examples;
import dev.millrace.ingress.HttpSide;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Keys that tenants make for themselves. */
class KeysApiTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String JOB =
            "{\"messages\": [{\"role\": \"user\", \"content\": \"What is a lane?\"}]}";
    private HttpSide side;
    private HttpClient client;

    @BeforeEach
    void start() {
        side = HttpSide.start();
        side.reset();
        client = HttpClient.newHttpClient();
    }

    @AfterEach
    void stop() {
        client.close();
        side.close();
    }

    @Test
    void aKeyIsShownOnceAndWorksAsItsTenantUntilItIsRevoked() throws Exception {
        // Given
        HttpResponse<String> created = create(Examples.ACME_KEY, "{\"label\": \"batch\"}");
        assertThat(created.statusCode()).isEqualTo(201);
        JsonNode made = JSON.readTree(created.body());
        String key = made.get("key").textValue();

        // When
        HttpResponse<String> job = send("POST", "/v1/jobs", key, JOB);
        JsonNode listed = JSON.readTree(send("GET", "/v1/keys", Examples.ACME_KEY, "").body());
        HttpResponse<String> revoked =
                send("DELETE", "/v1/keys/" + made.get("id").textValue(), Examples.ACME_KEY, "");

        // Then
        assertThat(job.statusCode()).isEqualTo(202);
        assertThat(side.jobs().written().getFirst().getTenant()).isEqualTo("acme");
        assertThat(listed.get("data").get(0).get("label").textValue()).isEqualTo("batch");
        assertThat(listed.toString()).doesNotContain(key);
        assertThat(revoked.statusCode()).isEqualTo(204);
        assertThat(send("POST", "/v1/jobs", key, JOB).statusCode()).isEqualTo(401);
    }

    @Test
    void aKeyMayDoWhatItsScopesSay() throws Exception {
        // Given
        String reader = key("{\"scopes\": [\"read\"]}");
        String sender = key("{\"scopes\": [\"submit\"]}");

        // Then
        assertThat(send("GET", "/v1/models", reader, "").statusCode()).isEqualTo(200);
        assertThat(send("POST", "/v1/jobs", reader, JOB).statusCode()).isEqualTo(403);
        assertThat(send("POST", "/v1/jobs", sender, JOB).statusCode()).isEqualTo(202);
        HttpResponse<String> models = send("GET", "/v1/models", sender, "");
        assertThat(models.statusCode()).isEqualTo(403);
        assertThat(JSON.readTree(models.body()).at("/error/code").textValue())
                .isEqualTo("insufficient_scope");
        assertThat(create(sender, "{}").statusCode()).isEqualTo(403);
        assertThat(send("GET", "/v1/keys", reader, "").statusCode()).isEqualTo(403);
    }

    @Test
    void aTenantHasTwoLiveKeysAndAnotherTenantsAreNotItsOwn() throws Exception {
        // Given
        String first = JSON.readTree(create(Examples.ACME_KEY, "{}").body()).get("id").textValue();
        create(Examples.ACME_KEY, "{}");

        // Then
        HttpResponse<String> third = create(Examples.ACME_KEY, "{}");
        assertThat(third.statusCode()).isEqualTo(409);
        assertThat(JSON.readTree(third.body()).get("code").textValue()).isEqualTo("too_many_keys");
        assertThat(create(Examples.OTHER_KEY, "{}").statusCode()).isEqualTo(201);
        assertThat(send("DELETE", "/v1/keys/" + first, Examples.OTHER_KEY, "").statusCode())
                .isEqualTo(404);
        assertThat(send("DELETE", "/v1/keys/" + first, Examples.ACME_KEY, "").statusCode())
                .isEqualTo(204);
        assertThat(create(Examples.ACME_KEY, "{}").statusCode()).isEqualTo(201);
    }

    @Test
    void aMadeUpKeyAsksNobodyAndAnOutageIsNoRefusal() throws Exception {
        // Given
        String key = key("{}");
        String madeUp = key.substring(0, key.length() - 1) + (key.endsWith("0") ? "1" : "0");

        // When
        side.keys().setDown(true);

        // Then
        assertThat(send("GET", "/v1/models", madeUp, "").statusCode()).isEqualTo(401);
        assertThat(send("GET", "/v1/models", key, "").statusCode()).isEqualTo(503);
        assertThat(send("GET", "/v1/keys", Examples.ACME_KEY, "").statusCode()).isEqualTo(503);
        assertThat(send("GET", "/v1/models", Examples.ACME_KEY, "").statusCode()).isEqualTo(200);
    }

    @Test
    void aWrongRequestForAKeyIsNamed() throws Exception {
        assertThat(create(Examples.ACME_KEY, "{\"scopes\": [\"all\"]}").statusCode())
                .isEqualTo(400);
        assertThat(create(Examples.ACME_KEY, "{\"scopes\": []}").statusCode()).isEqualTo(400);
        assertThat(create(Examples.ACME_KEY, "{\"name\": \"x\"}").statusCode()).isEqualTo(400);
    }

    private String key(String body) throws Exception {
        return JSON.readTree(create(Examples.ACME_KEY, body).body()).get("key").textValue();
    }

    private HttpResponse<String> create(String key, String body) throws Exception {
        return send("POST", "/v1/keys", key, body);
    }

    private HttpResponse<String> send(String method, String path, String key, String body)
            throws Exception {
        return client.send(
                HttpRequest.newBuilder(URI.create(side.url() + path))
                        .timeout(Duration.ofSeconds(20))
                        .header("Authorization", "Bearer " + key)
                        .header("Content-Type", "application/json")
                        .method(
                                method,
                                body.isEmpty()
                                        ? BodyPublishers.noBody()
                                        : BodyPublishers.ofString(body))
                        .build(),
                BodyHandlers.ofString());
    }
}
