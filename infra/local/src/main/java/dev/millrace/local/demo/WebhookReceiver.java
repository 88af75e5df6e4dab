package dev.millrace.local.demo;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.millrace.kit.webhook.StandardWebhooks;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What a customer would run: takes callbacks on loopback and believes none without a good
 * signature.
 */
final class WebhookReceiver implements AutoCloseable {
    private static final int MOST_BYTES = 8 * 1024 * 1024;
    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Map<String, StandardWebhooks> secrets = new ConcurrentHashMap<>();
    private final Set<String> delivered = ConcurrentHashMap.newKeySet();
    private final AtomicInteger refused = new AtomicInteger();
    private final AtomicInteger repeated = new AtomicInteger();
    private final Clock clock;

    /**
     * @param secrets the signing secret of each tenant
     */
    WebhookReceiver(Map<String, String> secrets, Clock clock) throws IOException {
        secrets.forEach(
                (tenant, secret) -> this.secrets.put(tenant, StandardWebhooks.withSecret(secret)));
        this.clock = clock;
        this.server =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 256);
        server.setExecutor(threads);
        server.createContext("/hooks/", this::receive);
        server.start();
    }

    String urlFor(String tenant) {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/hooks/" + tenant;
    }

    /** Distinct webhook ids with a good signature. */
    int delivered() {
        return delivered.size();
    }

    int refused() {
        return refused.get();
    }

    int repeated() {
        return repeated.get();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }

    private void receive(HttpExchange exchange) throws IOException {
        try (exchange) {
            String path = exchange.getRequestURI().getPath();
            StandardWebhooks secret = secrets.get(path.substring(path.lastIndexOf('/') + 1));
            byte[] body = exchange.getRequestBody().readNBytes(MOST_BYTES);
            String id = header(exchange, StandardWebhooks.ID);
            boolean good =
                    secret != null
                            && secret.verify(
                                            id,
                                            header(exchange, StandardWebhooks.TIMESTAMP),
                                            header(exchange, StandardWebhooks.SIGNATURE),
                                            body,
                                            clock.instant())
                                    == StandardWebhooks.Verdict.VALID;
            if (!good) {
                refused.incrementAndGet();
            } else if (!delivered.add(id)) {
                repeated.incrementAndGet();
            }
            exchange.sendResponseHeaders(good ? 204 : 401, -1);
        }
    }

    private static String header(HttpExchange exchange, String name) {
        String value = exchange.getRequestHeaders().getFirst(name);
        return value == null ? "" : value;
    }
}
