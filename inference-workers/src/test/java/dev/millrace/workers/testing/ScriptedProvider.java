package dev.millrace.workers.testing;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;

/** A chat completions server that answers each key as a test says, and remembers who asked. */
public final class ScriptedProvider implements AutoCloseable {
    private static final String COMPLETION =
            """
            {"id": "x", "choices": [{"index": 0, "finish_reason": "stop",
              "message": {"role": "assistant", "content": "fine"}}],
             "usage": {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18}}
            """;

    private final HttpServer http;
    private final Map<String, Answer> answers = new ConcurrentHashMap<>();
    private final List<String> asked = new CopyOnWriteArrayList<>();

    /** A status and the headers that come with it; 200 comes with a completion. */
    public record Answer(int status, Map<String, String> headers) {
        public static final Answer GOOD = new Answer(200, Map.of());

        public static Answer of(int status) {
            return new Answer(status, Map.of());
        }

        public Answer retryAfter(int seconds) {
            return new Answer(status, Map.of("Retry-After", Integer.toString(seconds)));
        }
    }

    public ScriptedProvider() throws IOException {
        http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 64);
        http.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        http.createContext("/", this::answer);
        http.start();
    }

    public URI url() {
        return URI.create("http://127.0.0.1:" + http.getAddress().getPort() + "/v1");
    }

    /** From now on; keys that nothing was said about get a completion. */
    public void answer(String key, Answer answer) {
        answers.put(key, answer);
    }

    /** The keys of all calls so far, in order. */
    public List<String> asked() {
        return List.copyOf(asked);
    }

    @Override
    public void close() {
        http.stop(0);
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            exchange.getRequestBody().readAllBytes();
            String header = exchange.getRequestHeaders().getFirst("Authorization");
            String key = header == null ? "" : header.substring("Bearer ".length());
            asked.add(key);
            Answer answer = answers.getOrDefault(key, Answer.GOOD);
            answer.headers().forEach(exchange.getResponseHeaders()::set);
            byte[] body =
                    (answer.status() == 200 ? COMPLETION : "{\"error\": {\"code\": \"no\"}}")
                            .getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(answer.status(), body.length);
            exchange.getResponseBody().write(body);
        }
    }
}
