package dev.millrace.dispatcher;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.millrace.kit.telemetry.TraceContext;
import dev.millrace.kit.webhook.StandardWebhooks;
import dev.millrace.kit.webhook.StandardWebhooks.Verdict;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * A receiver of webhooks on this machine, which checks their signatures and answers as it is told.
 */
final class Receiver implements AutoCloseable {
    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final StandardWebhooks webhooks = StandardWebhooks.withSecret(DispatcherStack.SECRET);
    private final Deque<Integer> next = new ConcurrentLinkedDeque<>();
    private final List<Request> requests = new CopyOnWriteArrayList<>();
    private final CountDownLatch end = new CountDownLatch(1);
    private volatile int otherwise = 200;
    private volatile boolean hanging;

    record Request(String id, Verdict verdict, String body, TraceContext trace) {}

    Receiver() throws IOException {
        server =
                HttpServer.create(
                        new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0), 200);
        server.setExecutor(threads);
        server.createContext("/", this::receive);
        server.start();
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/hook";
    }

    /** Statuses of the next answers, then always the last. */
    Receiver answers(int... statuses) {
        for (int status : statuses) {
            next.add(status);
        }
        otherwise = statuses[statuses.length - 1];
        return this;
    }

    /** Never answers. */
    Receiver hangs() {
        hanging = true;
        return this;
    }

    List<Request> requests() {
        return requests;
    }

    private void receive(HttpExchange exchange) throws IOException {
        byte[] body = exchange.getRequestBody().readAllBytes();
        String id = exchange.getRequestHeaders().getFirst(StandardWebhooks.ID);
        Verdict verdict =
                webhooks.verify(
                        id,
                        exchange.getRequestHeaders().getFirst(StandardWebhooks.TIMESTAMP),
                        exchange.getRequestHeaders().getFirst(StandardWebhooks.SIGNATURE),
                        body,
                        Instant.now());
        requests.add(
                new Request(
                        String.valueOf(id),
                        verdict,
                        new String(body, StandardCharsets.UTF_8),
                        new TraceContext(
                                header(exchange, TraceContext.PARENT),
                                header(exchange, TraceContext.STATE))));
        if (hanging) {
            hang();
        }
        Integer status = next.poll();
        exchange.sendResponseHeaders(status == null ? otherwise : status, -1);
        exchange.close();
    }

    private static Optional<String> header(HttpExchange exchange, String name) {
        return Optional.ofNullable(exchange.getRequestHeaders().getFirst(name));
    }

    private void hang() {
        try {
            boolean ended = end.await(60, TimeUnit.SECONDS);
            hanging = !ended;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        end.countDown();
        server.stop(0);
        threads.shutdownNow();
    }
}
