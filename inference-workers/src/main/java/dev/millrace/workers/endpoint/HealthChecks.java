package dev.millrace.workers.endpoint;

import dev.millrace.catalog.ChatServers.Health;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks each server now and then whether it is up: every answer below 500 says so. No key is shown,
 * and nothing happens where the catalog asks for no checks.
 */
final class HealthChecks implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HealthChecks.class);
    private static final int SERVER_ERROR = 500;

    private final List<Endpoint> endpoints;
    private final Optional<Health> health;
    private final HttpClient http;
    private final List<Thread> threads = new ArrayList<>();

    HealthChecks(List<Endpoint> endpoints, Optional<Health> health, Duration connectTimeout) {
        this.endpoints = endpoints;
        this.health = health;
        this.http =
                HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .connectTimeout(connectTimeout)
                        .build();
    }

    void start() {
        if (health.isEmpty()) {
            return;
        }
        for (Endpoint endpoint : endpoints) {
            threads.add(
                    Thread.ofVirtual()
                            .name("health-check-", endpoint.index())
                            .start(() -> check(endpoint, health.get())));
        }
    }

    @Override
    public void close() {
        threads.forEach(Thread::interrupt);
        http.shutdownNow();
    }

    private void check(Endpoint endpoint, Health settings) {
        HttpRequest request =
                HttpRequest.newBuilder(endpoint.url().resolve(settings.path()))
                        .timeout(settings.timeout())
                        .build();
        try {
            while (!http.isTerminated()) {
                endpoint.checked(isWell(request));
                TimeUnit.NANOSECONDS.sleep(settings.interval().toNanos());
            }
        } catch (InterruptedException e) {
            LOG.debug("endpoint={} health_checks=ended", endpoint.name());
        }
    }

    private boolean isWell(HttpRequest request) throws InterruptedException {
        try {
            return http.send(request, BodyHandlers.discarding()).statusCode() < SERVER_ERROR;
        } catch (IOException e) {
            LOG.debug("url={} health_check=lost error={}", request.uri(), e.toString());
            return false;
        }
    }
}
