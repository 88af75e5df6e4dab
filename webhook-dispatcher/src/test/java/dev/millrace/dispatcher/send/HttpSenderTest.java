package dev.millrace.dispatcher.send;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import dev.millrace.dispatcher.policy.AttemptOutcome;
import dev.millrace.dispatcher.policy.AttemptOutcome.Answered;
import dev.millrace.dispatcher.policy.AttemptOutcome.Failed;
import dev.millrace.dispatcher.target.AddressRules;
import dev.millrace.dispatcher.target.Hosts;
import dev.millrace.dispatcher.target.TargetGuard;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HttpSenderTest {
    private static final byte[] BODY = "{\"type\":\"job.succeeded\"}".getBytes(UTF_8);
    private static final Duration TIMEOUT = Duration.ofMillis(600);

    private final HttpSender sender =
            new HttpSender(Duration.ofMillis(300), TIMEOUT, Clock.systemUTC());
    private final AtomicInteger requests = new AtomicInteger();
    private volatile HttpHandler handler = exchange -> answer(exchange, 204);
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private HttpServer server;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0), 0);
        server.setExecutor(threads);
        server.createContext(
                "/",
                exchange -> {
                    requests.incrementAndGet();
                    handler.handle(exchange);
                });
        server.start();
    }

    @AfterEach
    void stop() {
        sender.close();
        server.stop(0);
        threads.shutdownNow();
    }

    @Test
    void postsTheBodyByteForByteWithItsHeaders() throws Exception {
        AtomicReference<String> seen = new AtomicReference<>();
        handler =
                exchange -> {
                    seen.set(
                            exchange.getRequestMethod()
                                    + " "
                                    + exchange.getRequestHeaders().getFirst("webhook-id")
                                    + " "
                                    + exchange.getRequestHeaders().getFirst("content-type")
                                    + " "
                                    + new String(exchange.getRequestBody().readAllBytes(), UTF_8));
                    answer(exchange, 200);
                };

        assertThat(post("/hook")).isEqualTo(new Answered(200, Optional.empty()));
        assertThat(seen.get())
                .isEqualTo("POST msg_1 application/json {\"type\":\"job.succeeded\"}");
    }

    @Test
    void tellsTheStatusAndWhatTheEndpointAsksFor() throws Exception {
        handler =
                exchange -> {
                    exchange.getResponseHeaders().add("Retry-After", "7");
                    answer(exchange, 503);
                };

        assertThat(post("/")).isEqualTo(new Answered(503, Optional.of(Duration.ofSeconds(7))));
    }

    @Test
    void followsNoRedirect() throws Exception {
        handler =
                exchange -> {
                    exchange.getResponseHeaders().add("Location", uri("/elsewhere").toString());
                    answer(exchange, 302);
                };

        assertThat(post("/")).isEqualTo(new Answered(302, Optional.empty()));
        assertThat(requests.get()).isEqualTo(1);
    }

    @Test
    void anEndpointThatNeverAnswersIsGivenUpInTime() throws Exception {
        CountDownLatch end = new CountDownLatch(1);
        handler = exchange -> waitFor(end);

        long start = System.nanoTime();
        AttemptOutcome outcome = post("/");

        assertThat(outcome).isEqualTo(new Failed("timeout"));
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(TIMEOUT.multipliedBy(5));
        end.countDown();
    }

    @Test
    void anAnswerCountsAlsoWhenItsBodyNeverEnds() throws Exception {
        CountDownLatch end = new CountDownLatch(1);
        handler =
                exchange -> {
                    exchange.sendResponseHeaders(200, 0);
                    exchange.getResponseBody().write("a beginning".getBytes(UTF_8));
                    exchange.getResponseBody().flush();
                    waitFor(end);
                };

        assertThat(post("/")).isEqualTo(new Answered(200, Optional.empty()));
        end.countDown();
    }

    @Test
    void aFloodOfABodyIsBrokenOff() throws Exception {
        AtomicInteger written = new AtomicInteger();
        handler =
                exchange -> {
                    exchange.sendResponseHeaders(200, 0);
                    byte[] block = new byte[64 * 1024];
                    try (OutputStream body = exchange.getResponseBody()) {
                        for (int i = 0; i < 100_000; i++) {
                            body.write(block);
                            written.incrementAndGet();
                        }
                    }
                };

        assertThat(post("/")).isEqualTo(new Answered(200, Optional.empty()));
        assertThat(written.get()).isLessThan(10_000);
    }

    @Test
    void saysWhyThereWasNoAnswer() throws Exception {
        Hosts.are();
        int closed;
        try (ServerSocket socket = new ServerSocket(0)) {
            closed = socket.getLocalPort();
        }
        handler = HttpExchange::close;

        assertThat(sender.post(URI.create("http://127.0.0.1:" + closed + "/"), Map.of(), BODY))
                .isEqualTo(new Failed("connection_refused"));
        assertThat(post("/")).isEqualTo(new Failed("connection_broken"));
        assertThat(sender.post(URI.create("http://nowhere.test/"), Map.of(), BODY))
                .isEqualTo(new Failed("unknown_host"));
    }

    @Test
    void anEndpointThatDoesNotSpeakTlsIsSaidToBeSo() throws Exception {
        try (ServerSocket plain = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"));
                HttpSender unhurried =
                        new HttpSender(
                                Duration.ofSeconds(9), Duration.ofSeconds(9), Clock.systemUTC())) {
            threads.execute(() -> answerInPlainText(plain));

            assertThat(
                            unhurried.post(
                                    URI.create("https://127.0.0.1:" + plain.getLocalPort()),
                                    Map.of(),
                                    BODY))
                    .isEqualTo(new Failed("tls"));
        }
    }

    private static void answerInPlainText(ServerSocket server) {
        try (Socket socket = server.accept()) {
            socket.getOutputStream().write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(UTF_8));
            socket.getOutputStream().flush();
            socket.getInputStream().readAllBytes();
        } catch (IOException e) {
            // the client has hung up, as it should
            assertThat(server.isBound()).isTrue();
        }
    }

    @Test
    void connectsToNoAddressThatTheGuardDidNotAllowWhateverTheNameResolvesToMeanwhile()
            throws Exception {
        URI uri = URI.create("http://rebound.test:" + server.getAddress().getPort() + "/");
        try (TargetGuard strict = new TargetGuard(new AddressRules(false))) {
            // Given
            Hosts.are("8.8.8.8 rebound.test");
            TargetGuard.Verdict.Allowed allowed =
                    (TargetGuard.Verdict.Allowed) strict.check(uri.toString());
            Hosts.are("127.0.0.1 rebound.test");

            // When
            AttemptOutcome guarded = sender.post(uri, Map.of(), BODY);
            int whileGuarded = requests.get();
            allowed.done();
            AttemptOutcome unguarded = sender.post(uri, Map.of(), BODY);

            // Then
            assertThat(guarded).isEqualTo(new Failed("unknown_host"));
            assertThat(whileGuarded).isZero();
            assertThat(unguarded)
                    .as("without the guard the name does lead here")
                    .isEqualTo(new Answered(204, Optional.empty()));
        }
    }

    private AttemptOutcome post(String path) throws InterruptedException {
        return sender.post(uri(path), Map.of("webhook-id", "msg_1"), BODY);
    }

    private URI uri(String path) {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + path);
    }

    private static void answer(HttpExchange exchange, int status) throws IOException {
        exchange.sendResponseHeaders(status, -1);
        exchange.close();
    }

    private static void waitFor(CountDownLatch latch) {
        try {
            boolean ended = latch.await(10, TimeUnit.SECONDS);
            assertThat(ended).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
