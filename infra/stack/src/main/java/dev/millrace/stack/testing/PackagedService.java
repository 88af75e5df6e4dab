package dev.millrace.stack.testing;

import dev.millrace.stack.FreePorts;
import dev.millrace.stack.HttpProbe;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A service as it is shipped, for the tests of its module: a process of its own over {@code
 * target/MODULE.jar} and {@code target/lib}, which a test may kill. What it says goes to {@code
 * target/MODULE-it-N.log}.
 */
public final class PackagedService implements AutoCloseable {
    private static final Duration START = Duration.ofSeconds(60);
    private static final Duration LOOK = Duration.ofMillis(100);
    private static final Duration KILL = Duration.ofSeconds(10);
    private static final HttpClient HTTP =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();

    private static final AtomicInteger COUNT = new AtomicInteger();

    private final String module;
    private final Class<?> main;
    private final Map<String, String> environment;
    private final int port = new FreePorts().any();
    private final Path log;
    private Process process;

    private PackagedService(String module, Class<?> main, Map<String, String> environment)
            throws IOException {
        this.module = module;
        this.log = Path.of("target", module + "-it-" + COUNT.incrementAndGet() + ".log");
        Files.deleteIfExists(log);
        this.main = main;
        this.environment = new HashMap<>(environment);
        this.environment.put("MILLRACE_HTTP_PORT", Integer.toString(port));
        process = launch();
    }

    /**
     * @param environment beside this JVM's own; the port of the service is chosen here
     */
    public static PackagedService start(
            String module, Class<?> main, Map<String, String> environment) throws IOException {
        return new PackagedService(module, main, environment);
    }

    private Process launch() throws IOException {
        ProcessBuilder builder =
                new ProcessBuilder(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-Xmx128m",
                                "-XX:+UseSerialGC",
                                "-XX:TieredStopAtLevel=1",
                                "-cp",
                                "target/" + module + ".jar:target/lib/*",
                                main.getName()));
        builder.environment().putAll(environment);
        builder.redirectErrorStream(true);
        builder.redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        return builder.start();
    }

    /**
     * @throws IllegalStateException where it is not ready in a minute
     */
    public PackagedService awaitReady() throws InterruptedException {
        URI readiness = uri("/health/readiness");
        long end = System.nanoTime() + START.toNanos();
        while (!HttpProbe.answersOk(readiness)) {
            if (System.nanoTime() > end) {
                throw new IllegalStateException(
                        module + " is not ready after " + START.toSeconds() + " s");
            }
            Thread.sleep(LOOK);
        }
        return this;
    }

    public HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return HTTP.send(
                HttpRequest.newBuilder(uri(path)).timeout(Duration.ofSeconds(5)).build(),
                HttpResponse.BodyHandlers.ofString());
    }

    /** All that it has said, in every one of its lives. */
    public String log() throws IOException {
        return Files.readString(log);
    }

    private URI uri(String path) {
        return URI.create("http://127.0.0.1:" + port + path);
    }

    /** SIGKILL, then a new process with the same data. */
    public void killAndRestart() throws IOException, InterruptedException {
        process.destroyForcibly();
        process.waitFor(KILL.toSeconds(), TimeUnit.SECONDS);
        process = launch();
    }

    /** SIGTERM; whether it was gone in time. */
    public boolean stopsWithin(Duration time) throws InterruptedException {
        process.destroy();
        return process.waitFor(time.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
