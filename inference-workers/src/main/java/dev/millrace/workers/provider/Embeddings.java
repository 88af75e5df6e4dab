package dev.millrace.workers.provider;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.langchain4j.http.client.HttpClient;
import dev.langchain4j.http.client.HttpClientBuilder;
import dev.langchain4j.http.client.HttpMethod;
import dev.langchain4j.http.client.HttpRequest;
import dev.millrace.workers.engine.Extras;
import dev.millrace.workers.engine.Prompt;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * Embeddings of the three forms that there are, in one call for all texts of a job. LangChain4j's
 * models make several, retry by themselves, and lose what two of the providers count.
 */
final class Embeddings {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final String url;
    private final Function<Extras, ObjectNode> request;
    private final Function<JsonNode, Vectors> answer;
    private final HttpClient http;

    private Embeddings(
            String url,
            Function<Extras, ObjectNode> request,
            Function<JsonNode, Vectors> answer,
            HttpClientBuilder http) {
        this.url = url;
        this.request = request;
        this.answer = answer;
        this.http = http.build();
    }

    /**
     * @param dimensions what the wire format calls them
     */
    static Embeddings openAi(URI baseUrl, String model, String dimensions, HttpClientBuilder http) {
        return new Embeddings(
                baseUrl + "/embeddings",
                asked -> {
                    ObjectNode body = JSON.createObjectNode().put("model", model);
                    asked.input().forEach(body.putArray("input")::add);
                    body.put("encoding_format", "float");
                    asked.dimensions().ifPresent(count -> body.put(dimensions, count));
                    return body;
                },
                body ->
                        new Vectors(
                                inOrder(body.path("data")),
                                count(body.path("usage").path("prompt_tokens")),
                                text(body.path("model"))),
                http);
    }

    static Embeddings ollama(URI baseUrl, String model, HttpClientBuilder http) {
        return new Embeddings(
                baseUrl + "/api/embed",
                asked -> {
                    ObjectNode body = JSON.createObjectNode().put("model", model);
                    asked.input().forEach(body.putArray("input")::add);
                    // what is too long is an error, not silently shorter
                    body.put("truncate", false);
                    asked.dimensions().ifPresent(count -> body.put("dimensions", count));
                    return body;
                },
                body ->
                        new Vectors(
                                body.path("embeddings")
                                        .valueStream()
                                        .map(Embeddings::vector)
                                        .toList(),
                                count(body.path("prompt_eval_count")),
                                text(body.path("model"))),
                http);
    }

    static Embeddings gemini(URI baseUrl, String model, HttpClientBuilder http) {
        return new Embeddings(
                baseUrl + "/models/" + model + ":batchEmbedContents",
                asked -> {
                    ObjectNode body = JSON.createObjectNode();
                    ArrayNode requests = body.putArray("requests");
                    for (String text : asked.input()) {
                        ObjectNode each = requests.addObject().put("model", "models/" + model);
                        each.putObject("content").putArray("parts").addObject().put("text", text);
                        asked.dimensions().ifPresent(n -> each.put("outputDimensionality", n));
                    }
                    return body;
                },
                body ->
                        new Vectors(
                                body.path("embeddings")
                                        .valueStream()
                                        .map(each -> vector(each.path("values")))
                                        .toList(),
                                Optional.empty(),
                                Optional.empty()),
                http);
    }

    /** One vector for each text of the prompt's input, or what went wrong is thrown. */
    Vectors of(Prompt prompt) {
        HttpRequest call =
                HttpRequest.builder()
                        .method(HttpMethod.POST)
                        .url(url)
                        .addHeader("Content-Type", "application/json")
                        .body(request.apply(prompt.extras()).toString())
                        .build();
        try {
            Vectors vectors = answer.apply(JSON.readTree(http.execute(call).body()));
            int texts = prompt.extras().input().size();
            boolean complete =
                    vectors.values().size() == texts
                            && vectors.values().stream().noneMatch(List::isEmpty);
            if (!complete) {
                throw new IllegalStateException("the answer does not hold a vector for each text");
            }
            return vectors;
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<List<Float>> inOrder(JsonNode data) {
        List<List<Float>> vectors =
                new ArrayList<>(
                        IntStream.range(0, data.size()).mapToObj(i -> List.<Float>of()).toList());
        for (int i = 0; i < data.size(); i++) {
            int index = data.get(i).path("index").asInt(i);
            if (index >= 0 && index < vectors.size()) {
                vectors.set(index, vector(data.get(i).path("embedding")));
            }
        }
        return vectors;
    }

    private static List<Float> vector(JsonNode values) {
        return values.valueStream().map(JsonNode::floatValue).toList();
    }

    private static Optional<Long> count(JsonNode node) {
        return node.isIntegralNumber() ? Optional.of(node.longValue()) : Optional.empty();
    }

    private static Optional<String> text(JsonNode node) {
        return node.isTextual() ? Optional.of(node.textValue()) : Optional.empty();
    }
}
