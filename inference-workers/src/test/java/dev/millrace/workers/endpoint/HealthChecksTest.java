package dev.millrace.workers.endpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import dev.millrace.catalog.ChatServers;
import dev.millrace.catalog.EngineSpec;
import dev.millrace.kit.SecretSource;
import dev.millrace.workers.endpoint.Endpoints.Place;
import dev.millrace.workers.engine.BreakerState;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HealthChecksTest {
    private final AtomicInteger status = new AtomicInteger(200);
    private final AtomicInteger checks = new AtomicInteger();
    private HttpServer server;
    private Endpoints endpoints;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 8);
        server.createContext(
                "/health",
                exchange -> {
                    checks.incrementAndGet();
                    exchange.sendResponseHeaders(status.get(), -1);
                    exchange.close();
                });
        server.start();
        endpoints = endpoints("/health");
    }

    @AfterEach
    void stop() {
        endpoints.close();
        server.stop(0);
    }

    @Test
    void aServerThatIsDownIsNotAskedUntilItIsUpAgain() {
        // Given
        await().until(() -> checks.get() > 2);
        assertThat(free()).isTrue();

        // When
        status.set(503);

        // Then
        await().until(() -> !free());
        assertThat(endpoints.visit().next())
                .isInstanceOfSatisfying(
                        Place.None.class,
                        none -> assertThat(none.code()).isEqualTo("endpoint_down"));
        assertThat(endpoints.worst()).isEqualTo(BreakerState.OPEN);

        // When
        status.set(404);

        // Then
        await().until(this::free);
        assertThat(endpoints.worst()).isEqualTo(BreakerState.CLOSED);
    }

    @Test
    void aServerThatIsGoneIsDown() {
        // When
        server.stop(0);

        // Then
        await().until(() -> !free());
    }

    @Test
    void checksEndWithTheEngine() {
        // Given
        await().until(() -> checks.get() > 0);

        // When
        endpoints.close();

        // Then
        int before = checks.get();
        await().during(Duration.ofMillis(300)).until(() -> checks.get() <= before + 1);
    }

    private boolean free() {
        if (endpoints.visit().next() instanceof Place.Free(Seat seat)) {
            seat.end(new Verdict.Undecided(), 0, 0);
            return true;
        }
        return false;
    }

    private Endpoints endpoints(String path) {
        return new Endpoints(
                        new EngineSpec.Chat(
                                List.of(
                                        new ChatServers.Endpoint(
                                                "http://127.0.0.1:"
                                                        + server.getAddress().getPort()
                                                        + "/v1")),
                                ChatServers.Balance.ROUND_ROBIN,
                                Optional.of(
                                        new ChatServers.Health(
                                                path,
                                                Duration.ofMillis(20),
                                                Duration.ofMillis(500))),
                                ChatServers.Breaker.standard(1),
                                "stand-in",
                                ChatServers.Keys.NONE,
                                Duration.ofSeconds(1)),
                        new SecretSource(Map.of()),
                        new EndpointMeters(new SimpleMeterRegistry(), "cloud"),
                        Clock.systemUTC())
                .start();
    }
}
