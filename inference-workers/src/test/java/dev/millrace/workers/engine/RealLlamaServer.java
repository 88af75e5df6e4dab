package dev.millrace.workers.engine;

import dev.millrace.stack.BoundedCommand;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;

/** llama.cpp's own server on loopback, as {@code infra/llama-server/build} makes it. */
final class RealLlamaServer implements AutoCloseable {

    /** Where the program is. */
    static final String PROPERTY = "millrace.llama-server";

    /** How the shipped models are asked: the template of their files, as the server writes it. */
    private static final String TEMPLATE = "Q: {{ messages[-1]['content'] }}\nA:";

    private static final Duration START = Duration.ofSeconds(60);
    private static final int SLOTS = 4;
    private static final int CONTEXT_OF_A_SLOT = 1024;

    private final Process process;
    private final int port;

    private RealLlamaServer(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    static RealLlamaServer start(Path model) throws IOException {
        int port = freePort();
        List<String> command =
                List.of(
                        System.getProperty(PROPERTY, "llama-server"),
                        "--model",
                        model.toString(),
                        "--host",
                        "127.0.0.1",
                        "--port",
                        Integer.toString(port),
                        "--parallel",
                        Integer.toString(SLOTS),
                        "--ctx-size",
                        Integer.toString(SLOTS * CONTEXT_OF_A_SLOT),
                        "--threads",
                        "1",
                        "--no-ui",
                        "--offline",
                        "--jinja",
                        "--chat-template",
                        TEMPLATE);
        Process process =
                new ProcessBuilder(command)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .redirectError(ProcessBuilder.Redirect.DISCARD)
                        .start();
        RealLlamaServer server = new RealLlamaServer(process, port);
        boolean ready = false;
        try {
            Awaitility.await().atMost(START).until(server::isReady);
            ready = true;
        } finally {
            if (!ready) {
                server.close();
            }
        }
        return server;
    }

    /** The base of its API. */
    URI url() {
        return URI.create("http://127.0.0.1:" + port + "/v1");
    }

    /** Makes it accept connections and say nothing. */
    RealLlamaServer frozen() throws InterruptedException {
        BoundedCommand.signal("STOP", process.pid());
        return this;
    }

    private boolean isReady() {
        if (!process.isAlive()) {
            throw new IllegalStateException(
                    "llama-server ended with status " + process.exitValue());
        }
        HttpRequest request =
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/health"))
                        .timeout(Duration.ofSeconds(2))
                        .build();
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
