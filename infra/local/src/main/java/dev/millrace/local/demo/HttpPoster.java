package dev.millrace.local.demo;

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
import java.util.concurrent.TimeUnit;

/** Posts jobs over HTTP with a callback, as a caller who waits for a webhook does. */
final class HttpPoster {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int TRIES = 20;
    private final HttpClient client =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();
    private final URI jobs;
    private final Map<String, String> apiKeys;

    HttpPoster(String ingressUrl, Map<String, String> apiKeys) {
        this.jobs = URI.create(ingressUrl + "/v1/jobs");
        this.apiKeys = apiKeys;
    }

    /**
     * Posts one job; a 429 or 503 is tried again under the same Idempotency-Key.
     *
     * @return the job's id
     */
    String post(DemoJob job, Map<String, String> metadata, String callback, String key)
            throws IOException, InterruptedException {
        byte[] body =
                JSON.writeValueAsBytes(
                        Map.of(
                                "model", job.model(),
                                "messages",
                                        List.of(Map.of("role", "user", "content", job.prompt())),
                                "callback", Map.of("url", callback),
                                "metadata", metadata));
        HttpRequest request =
                HttpRequest.newBuilder(jobs)
                        .timeout(Duration.ofSeconds(20))
                        .header("Authorization", "Bearer " + apiKeys.get(job.tenant()))
                        .header("Content-Type", "application/json")
                        .header("Idempotency-Key", key)
                        .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                        .build();
        for (int attempt = 1; ; attempt++) {
            HttpResponse<byte[]> response =
                    client.send(request, HttpResponse.BodyHandlers.ofByteArray());
            JsonNode answer = JSON.readTree(response.body());
            if (response.statusCode() == 202) {
                return answer.path("id").asText();
            }
            boolean passing = response.statusCode() == 429 || response.statusCode() == 503;
            if (!passing || attempt == TRIES) {
                throw new IOException(
                        "the ingress answered "
                                + response.statusCode()
                                + " "
                                + answer.path("code").asText()
                                + " "
                                + answer.path("detail").asText());
            }
            TimeUnit.MILLISECONDS.sleep(250);
        }
    }
}
