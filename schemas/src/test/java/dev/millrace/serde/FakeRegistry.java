package dev.millrace.serde;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.net.ssl.SSLContext;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;
import org.apache.avro.SchemaCompatibility.SchemaCompatibilityType;
import org.jspecify.annotations.Nullable;

/**
 * A schema registry on loopback with Confluent's answers, and with the failures that a test asks
 * for.
 */
final class FakeRegistry implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final List<Optional<String>> authorizations = new CopyOnWriteArrayList<>();
    private final Map<String, Integer> ids = new HashMap<>();
    private final Map<Integer, ObjectNode> schemas = new HashMap<>();
    private final Map<String, List<Integer>> subjects = new HashMap<>();
    private final Map<String, String> levels = new HashMap<>();
    private volatile Failure failure = exchange -> false;

    /** Answers in the registry's place. */
    @FunctionalInterface
    interface Failure {
        /** Whether it did answer. */
        boolean answered(HttpExchange exchange) throws Exception;
    }

    static FakeRegistry start() {
        return start(null);
    }

    static FakeRegistry startWithTls(SSLContext tls) {
        return start(tls);
    }

    private static FakeRegistry start(@Nullable SSLContext tls) {
        try {
            var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
            if (tls == null) {
                return new FakeRegistry(HttpServer.create(address, 0));
            }
            HttpsServer server = HttpsServer.create(address, 0);
            server.setHttpsConfigurator(new HttpsConfigurator(tls));
            return new FakeRegistry(server);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private FakeRegistry(HttpServer server) {
        this.server = server;
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
    }

    int port() {
        return server.getAddress().getPort();
    }

    String url() {
        return (server instanceof HttpsServer ? "https" : "http") + "://127.0.0.1:" + port();
    }

    /** Lines such as {@code GET /schemas/ids/1}. */
    List<String> requests() {
        return requests;
    }

    List<Optional<String>> authorizations() {
        return authorizations;
    }

    void failing(Failure failure) {
        this.failure = failure;
    }

    void failingWith(int status, String body) {
        failing(
                exchange -> {
                    answer(exchange, status, body);
                    return true;
                });
    }

    void healthy() {
        failing(exchange -> false);
    }

    /** Stores a schema as some other producer would have registered it. */
    synchronized int put(String subject, String schema) {
        return put(subject, JSON.createObjectNode().put("schema", schema));
    }

    synchronized int put(String subject, ObjectNode entry) {
        int id = ids.computeIfAbsent(entry.toString(), any -> ids.size() + 1);
        schemas.put(id, entry);
        List<Integer> versions = subjects.computeIfAbsent(subject, any -> new ArrayList<>());
        if (!versions.contains(id)) {
            versions.add(id);
        }
        return id;
    }

    synchronized Map<String, List<Integer>> subjects() {
        return Map.copyOf(subjects);
    }

    /** Compatibility levels by subject, where one was set. */
    synchronized Map<String, String> levels() {
        return Map.copyOf(levels);
    }

    synchronized String schema(int id) {
        return entry(id).path("schema").asText();
    }

    private ObjectNode entry(int id) {
        return Objects.requireNonNull(schemas.get(id), () -> "no schema " + id);
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }

    static void answer(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        if (bytes.length > 0) {
            exchange.getResponseBody().write(bytes);
        }
        exchange.close();
    }

    private void handle(HttpExchange exchange) throws IOException {
        requests.add(exchange.getRequestMethod() + " " + exchange.getRequestURI());
        authorizations.add(
                Optional.ofNullable(exchange.getRequestHeaders().getFirst("Authorization")));
        try {
            if (!failure.answered(exchange)) {
                respond(exchange);
            }
        } catch (Exception e) {
            exchange.close();
        }
    }

    private synchronized void respond(HttpExchange exchange) throws IOException {
        String[] path = exchange.getRequestURI().getRawPath().substring(1).split("/", -1);
        String method = exchange.getRequestMethod();
        if (method.equals("PUT")) {
            levels.put(
                    decoded(path[1]),
                    JSON.readTree(exchange.getRequestBody()).path("compatibility").asText());
            answer(exchange, 200, "{}");
        } else if (method.equals("GET") && path[0].equals("schemas")) {
            byId(exchange, Integer.parseInt(path[2]));
        } else if (method.equals("GET")) {
            version(exchange, decoded(path[1]), path[3]);
        } else {
            JsonNode body = JSON.readTree(exchange.getRequestBody());
            write(exchange, decoded(path[1]), body, path.length == 3);
        }
    }

    private void byId(HttpExchange exchange, int id) throws IOException {
        ObjectNode schema = schemas.get(id);
        if (schema == null) {
            error(exchange, 404, 40403, "Schema " + id + " not found");
        } else {
            answer(exchange, 200, schema.toString());
        }
    }

    private void version(HttpExchange exchange, String subject, String version) throws IOException {
        List<Integer> versions = subjects.getOrDefault(subject, List.of());
        int number = version.equals("latest") ? versions.size() : Integer.parseInt(version);
        if (number < 1 || number > versions.size()) {
            error(exchange, 404, 40401, "Subject '" + subject + "' not found.");
            return;
        }
        int id = versions.get(number - 1);
        answer(exchange, 200, entry(id).deepCopy().put("id", id).toString());
    }

    private void write(HttpExchange exchange, String subject, JsonNode body, boolean register)
            throws IOException {
        String schema = body.path("schema").asText();
        ObjectNode entry = JSON.createObjectNode().put("schema", schema);
        List<Integer> versions = subjects.getOrDefault(subject, List.of());
        if (!register) {
            Integer id = ids.get(entry.toString());
            if (id == null || !versions.contains(id)) {
                error(exchange, 404, 40403, "Schema not found");
            } else {
                answer(exchange, 200, "{\"id\":" + id + "}");
            }
            return;
        }
        for (int id : versions) {
            var result =
                    SchemaCompatibility.checkReaderWriterCompatibility(
                            new Schema.Parser().parse(schema),
                            new Schema.Parser().parse(schema(id)));
            if (result.getType() != SchemaCompatibilityType.COMPATIBLE) {
                error(exchange, 409, 409, "Schema being registered is incompatible");
                return;
            }
        }
        answer(exchange, 200, "{\"id\":" + put(subject, entry) + "}");
    }

    private static void error(HttpExchange exchange, int status, int code, String message)
            throws IOException {
        ObjectNode body = JSON.createObjectNode().put("error_code", code).put("message", message);
        answer(exchange, status, body.toString());
    }

    private static String decoded(String part) {
        return URLDecoder.decode(part, StandardCharsets.UTF_8);
    }
}
