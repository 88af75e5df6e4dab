package dev.millrace.dispatcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.kit.webhook.StandardWebhooks.Verdict;
import dev.millrace.stack.testing.PackagedService;
import dev.millrace.topics.Topics;
import dev.millrace.v1.WebhookEvent;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** The whole service, packaged, from {@code millrace.webhooks} to a receiver. */
class DispatcherServiceIT {
    private static final DispatcherStack STACK = DispatcherStack.shared();
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final int EVENTS = 200;

    private final String tenant = "t-" + UUID.randomUUID();
    private final Map<String, String> environment =
            new HashMap<>(
                    Map.of(
                            "MILLRACE_INSTANCE", "dispatcher-it",
                            "MILLRACE_ALLOW_LOOPBACK_CALLBACKS", "true",
                            "DISPATCHER_FIRST_RETRY", "200ms",
                            "DISPATCHER_LEASE", "40s",
                            "DISPATCHER_ATTEMPT_TIMEOUT", "5s"));

    @Test
    void everyEventIsDeliveredHoweverOftenTheServiceDies() throws Exception {
        STACK.apply(tenant, 1);
        try (Receiver receiver = new Receiver().answers(500, 500, 500, 200);
                PackagedService service = service()) {
            // When
            for (int i = 0; i < EVENTS; i++) {
                STACK.send(event(i, receiver.url()));
                if (i == EVENTS / 2) {
                    service.killAndRestart();
                }
            }
            STACK.sendBytes(
                    Topics.WEBHOOKS.name(), tenant, "poison".getBytes(StandardCharsets.UTF_8));
            STACK.send(event(EVENTS, receiver.url()));

            // Then
            await().atMost(SOON).until(() -> STACK.count(tenant, "delivered") == EVENTS + 1);
            assertThat(receiver.requests())
                    .allSatisfy(request -> assertThat(request.verdict()).isEqualTo(Verdict.VALID));
            assertThat(receiver.requests().stream().map(Receiver.Request::id).distinct())
                    .hasSize(EVENTS + 1);
            assertThat(STACK.read(Topics.DEAD_LETTERS))
                    .filteredOn(value -> new String(value, StandardCharsets.UTF_8).equals("poison"))
                    .hasSize(1);
            assertThat(service.awaitReady().get("/prometheus").body())
                    .contains("millrace_webhook_attempts");
            assertThat(service.stopsWithin(Duration.ofSeconds(10))).isTrue();
        }
    }

    @Test
    void withoutExplicitConfigurationNoWebhookGoesToThisMachine() throws Exception {
        STACK.apply(tenant, 1);
        environment.remove("MILLRACE_ALLOW_LOOPBACK_CALLBACKS");
        try (Receiver receiver = new Receiver();
                PackagedService service = service()) {
            STACK.send(event(1, receiver.url()));

            await().atMost(SOON).until(() -> STACK.count(tenant, "exhausted") == 1);
            assertThat(STACK.deliveries(tenant).getFirst())
                    .containsEntry("last_error", "target_refused");
            assertThat(receiver.requests()).isEmpty();
            assertThat(service.get("/health/readiness").statusCode()).isEqualTo(200);
        }
    }

    private PackagedService service() throws Exception {
        Map<String, String> all = STACK.environment();
        all.putAll(environment);
        return PackagedService.start("webhook-dispatcher", DispatcherApplication.class, all)
                .awaitReady();
    }

    private WebhookEvent event(int i, String url) {
        return WebhookEvent.newBuilder()
                .setWebhookId("msg_" + tenant + "_" + i)
                .setTenant(tenant)
                .setJobId(tenant + "-" + i)
                .setType("job.succeeded")
                .setUrl(url)
                .setCreatedAt(Instant.now())
                .setPayload("{\"n\":" + i + "}")
                .build();
    }
}
