package dev.millrace.dispatcher;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The service as it is shipped: a process of its own over {@code target/webhook-dispatcher.jar} and
 * {@code target/lib}.
 */
final class PackagedService implements AutoCloseable {
    private static final HttpClient HTTP =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();
    private final Map<String, String> environment = new HashMap<>();
    private final int port;
    private Process process;

    /**
     * @param more further environment variables
     */
    PackagedService(DispatcherStack stack, Map<String, String> more) throws IOException {
        environment.putAll(more);
        try (ServerSocket free = new ServerSocket(0)) {
            this.port = free.getLocalPort();
        }
        environment.put("MILLRACE_BOOTSTRAP_SERVERS", stack.connection.bootstrapServers());
        environment.put("MILLRACE_SCHEMA_REGISTRY_URL", stack.connection.registryUrl());
        environment.put("MILLRACE_JDBC_URL", stack.database.jdbcUrl());
        environment.put("MILLRACE_DB_USER", stack.database.user());
        environment.put("MILLRACE_DB_PASSWORD_FILE", stack.database.passwordFile().toString());
        environment.put("MILLRACE_HTTP_PORT", Integer.toString(port));
        process = start();
    }

    private Process start() throws IOException {
        ProcessBuilder builder =
                new ProcessBuilder(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-Xmx128m",
                                "-XX:+UseSerialGC",
                                "-XX:TieredStopAtLevel=1",
                                "-cp",
                                "target/webhook-dispatcher.jar:target/lib/*",
                                DispatcherApplication.class.getName()));
        builder.environment().putAll(environment);
        builder.redirectErrorStream(true);
        builder.redirectOutput(
                ProcessBuilder.Redirect.appendTo(
                        Path.of("target", "dispatcher-service-it.log").toFile()));
        return builder.start();
    }

    PackagedService awaitReady() {
        await().atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(200))
                .ignoreExceptions()
                .until(() -> get("/health/readiness").statusCode() == 200);
        return this;
    }

    HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return HTTP.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                        .timeout(Duration.ofSeconds(5))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    /** SIGKILL, then a new process with the same data. */
    void killAndRestart() throws IOException, InterruptedException {
        process.destroyForcibly();
        process.waitFor(10, TimeUnit.SECONDS);
        process = start();
    }

    /** SIGTERM; whether it was gone in time. */
    boolean stopsWithin(Duration time) throws InterruptedException {
        process.destroy();
        return process.waitFor(time.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
