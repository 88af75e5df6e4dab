package dev.millrace.local.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.local.home.Endpoints;
import dev.millrace.local.home.Home;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Whose keys, and asking the ingress about them with a key of that tenant. */
final class KeyOptions {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @Option(
            names = "--tenant",
            paramLabel = "NAME",
            defaultValue = "acme",
            description =
                    "The tenant (default ${DEFAULT-VALUE}). Its key is taken from"
                            + " run/endpoints.json, or MILLRACE_API_KEY where that is set.")
    private String tenant = "acme";

    /**
     * Asks the ingress.
     *
     * @param body empty for none
     * @throws IllegalArgumentException when it refuses, with its reason
     */
    JsonNode ask(String method, String path, String body) throws IOException, InterruptedException {
        Endpoints endpoints = new LocalStack(Home.fromEnvironment(System.getenv())).endpoints();
        HttpRequest request =
                HttpRequest.newBuilder(URI.create(endpoints.ingressUrl() + path))
                        .timeout(PATIENCE)
                        .header("Authorization", "Bearer " + key(endpoints.apiKeys()))
                        .header("Content-Type", "application/json")
                        .method(
                                method,
                                body.isEmpty()
                                        ? BodyPublishers.noBody()
                                        : BodyPublishers.ofString(body))
                        .build();
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpResponse<String> response = client.send(request, BodyHandlers.ofString());
            JsonNode answer = JSON.readTree(response.body());
            if (response.statusCode() >= 400) {
                throw new IllegalArgumentException(
                        answer.path("detail").asText("status " + response.statusCode())
                                + limit(answer));
            }
            return answer;
        }
    }

    private static String limit(JsonNode problem) {
        String limit = problem.path("limit").asText("");
        return limit.isEmpty() || limit.equals("null") ? "" : " (allowed: " + limit + ")";
    }

    private String key(Map<String, String> known) {
        return Optional.ofNullable(System.getenv("MILLRACE_API_KEY"))
                .or(() -> Optional.ofNullable(known.get(tenant)))
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        "there is no key of tenant "
                                                + tenant
                                                + ": set MILLRACE_API_KEY, or name one of "
                                                + String.join(", ", known.keySet())));
    }
}
