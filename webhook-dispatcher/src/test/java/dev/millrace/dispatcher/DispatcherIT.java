package dev.millrace.dispatcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.catalog.SecretRef;
import dev.millrace.dispatcher.send.HttpSender;
import dev.millrace.dispatcher.send.Signer;
import dev.millrace.dispatcher.store.Arrived;
import dev.millrace.dispatcher.store.Deliveries;
import dev.millrace.dispatcher.target.AddressRules;
import dev.millrace.dispatcher.target.TargetGuard;
import dev.millrace.kit.SecretSource;
import dev.millrace.kit.telemetry.TraceContext;
import dev.millrace.kit.telemetry.Tracing;
import dev.millrace.kit.webhook.StandardWebhooks.Verdict;
import dev.millrace.v1.WebhookEvent;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Invariant: every webhook is delivered, or recorded as exhausted, under one constant id. */
class DispatcherIT {
    private static final DispatcherStack STACK = DispatcherStack.shared();
    private static final TraceContext TRACE =
            new TraceContext(
                    Optional.of("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
                    Optional.of("a=b"));
    private static final Duration SOON = Duration.ofSeconds(60);

    @TempDir private Path directory;
    private final String tenant = "t-" + UUID.randomUUID();
    private final Deliveries deliveries = new Deliveries(STACK.jdbi, "here");
    private final List<AutoCloseable> open = new ArrayList<>();

    @AfterEach
    void closeAll() throws Exception {
        for (AutoCloseable each : open.reversed()) {
            each.close();
        }
    }

    @Test
    void anEndpointThatFailsAtFirstIsTriedAgainUnderTheSameIdUntilItAnswers() throws Exception {
        Receiver receiver = receiver().answers(500, 503, 301, 204);
        dispatcher(settings());
        keep(event("1", receiver.url()));

        awaitState("delivered", 1);
        assertThat(receiver.requests())
                .hasSize(4)
                .allSatisfy(
                        request -> {
                            assertThat(request.id()).isEqualTo(id("1"));
                            assertThat(request.verdict()).isEqualTo(Verdict.VALID);
                            assertThat(request.body()).isEqualTo("{\"n\":\"1\"}");
                            assertThat(request.trace()).isEqualTo(TRACE);
                        });
        assertThat(STACK.attempts(id("1")))
                .extracting(attempt -> attempt.get("status_code"))
                .containsExactly(500, 503, 301, 204);
        assertThat(STACK.deliveries(tenant).getFirst())
                .containsEntry("attempts", 4)
                .containsEntry("last_status", 204)
                .containsEntry("next_attempt_at", null);
    }

    @Test
    void anEndpointThatAlwaysFailsIsExhaustedAfterTheLastAttempt() throws Exception {
        Receiver receiver = receiver().answers(500);
        dispatcher(settings());
        keep(event("1", receiver.url()));

        awaitState("exhausted", 1);
        assertThat(receiver.requests()).hasSize(5);
        assertThat(STACK.attempts(id("1")))
                .extracting(attempt -> attempt.get("attempt"))
                .containsExactly(1, 2, 3, 4, 5);
        assertThat(STACK.deliveries(tenant).getFirst()).containsEntry("last_error", "attempts");
    }

    @Test
    void goneIsNotTriedAgain() throws Exception {
        Receiver receiver = receiver().answers(410);
        dispatcher(settings());
        keep(event("1", receiver.url()));

        awaitState("exhausted", 1);
        assertThat(receiver.requests()).hasSize(1);
        assertThat(STACK.deliveries(tenant).getFirst()).containsEntry("last_error", "gone");
    }

    @Test
    void aRepeatedEventIsOneDelivery() throws Exception {
        Receiver receiver = receiver();
        dispatcher(settings());
        keep(event("1", receiver.url()), event("1", receiver.url()));
        awaitState("delivered", 1);
        keep(event("1", receiver.url()));

        await().during(Duration.ofMillis(600)).until(() -> receiver.requests().size() == 1);
    }

    @Test
    void manyWebhooksForAHangingEndpointDelayNoOther() throws Exception {
        // Given
        Receiver hanging = receiver().hangs();
        Receiver good = receiver();
        dispatcher(settings());
        for (int i = 0; i < 300; i++) {
            keep(event("hanging-" + i, hanging.url()));
        }
        await().atMost(SOON).until(() -> hanging.requests().size() >= 2);

        // When
        for (int i = 0; i < 20; i++) {
            keep(event("good-" + i, good.url()));
        }

        // Then well before one attempt at the other has ended
        await().atMost(Duration.ofSeconds(10)).until(() -> good.requests().size() == 20);
        awaitState("delivered", 20);
    }

    @Test
    void loopbackIsRefusedUnlessSomebodyAllowsIt() throws Exception {
        Receiver receiver = receiver();
        dispatcher(settings(), new AddressRules(false), signer(STACK.secretFile));
        keep(
                event("1", receiver.url()),
                event("2", receiver.url().replace("127.0.0.1", "localhost")));

        awaitState("exhausted", 2);
        assertThat(receiver.requests()).isEmpty();
        assertThat(STACK.attempts(id("1")))
                .extracting(attempt -> attempt.get("error"))
                .containsExactly("target_refused");
        assertThat(STACK.deliveries(tenant))
                .allSatisfy(row -> assertThat(row).containsEntry("last_error", "target_refused"));
    }

    @Test
    void aSecretThatIsMissingCountsAsAFailedAttemptUntilItIsThere() throws Exception {
        Path secret = directory.resolve("secret");
        Receiver receiver = receiver();
        dispatcher(settings(), new AddressRules(true), signer(secret));
        keep(event("1", receiver.url()));
        await().atMost(SOON).until(() -> !STACK.attempts(id("1")).isEmpty());

        Files.writeString(secret, DispatcherStack.SECRET);

        awaitState("delivered", 1);
        assertThat(STACK.attempts(id("1")).getFirst())
                .containsEntry("error", "webhook_secret_missing");
        assertThat(receiver.requests())
                .extracting(Receiver.Request::verdict)
                .containsExactly(Verdict.VALID);
    }

    @Test
    void aNewDispatcherKeepsTheSchedulesOfTheOldOne() throws Exception {
        // Given
        Receiver receiver = receiver().answers(500, 200);
        Dispatcher first = dispatcher(settings(Duration.ofSeconds(2), Duration.ofSeconds(33)));
        keep(event("1", receiver.url()));
        await().atMost(SOON).until(() -> STACK.attempts(id("1")).size() == 1);
        first.close();
        Instant due = due("1");

        // When
        dispatcher(settings());

        // Then
        awaitState("delivered", 1);
        Instant second =
                instant(
                        "select started_at from webhook.attempt where attempt = 2 and webhook_id = :id",
                        "1");
        assertThat(second).isAfterOrEqualTo(due);
    }

    @Test
    void whatAKilledDispatcherHadInHandIsMadeWhenItsLeaseEnds() throws Exception {
        Receiver receiver = receiver();
        keep(event("1", receiver.url()));
        // a dispatcher that claims and is never heard of again
        assertThat(deliveries.claim(10, 10, Map.of(), Instant.now(), Duration.ofSeconds(1)))
                .isNotEmpty();

        dispatcher(settings());

        await().atMost(SOON).until(() -> STACK.count(tenant, "delivered") == 1);
        assertThat(STACK.attempts(id("1"))).hasSize(1);
    }

    @Test
    void aCleanStopGivesBackWhatItBreaksOff() throws Exception {
        Receiver hanging = receiver().hangs();
        Dispatcher dispatcher =
                dispatcher(
                        settings(
                                Duration.ofMillis(20),
                                Duration.ofMinutes(5),
                                Duration.ofSeconds(30)));
        keep(event("1", hanging.url()));
        await().atMost(SOON).until(() -> hanging.requests().size() == 1);

        long start = System.nanoTime();
        dispatcher.close();

        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(9));
        assertThat(due("1")).isBefore(Instant.now().plusSeconds(1));
        assertThat(STACK.attempts(id("1"))).isEmpty();
    }

    @Test
    void aRestartOfTheDatabaseIsWaitedOut() throws Exception {
        Receiver receiver = receiver();
        Dispatcher dispatcher = dispatcher(settings());
        for (int i = 0; i < 30; i++) {
            keep(event("a" + i, receiver.url()));
        }
        STACK.servers.postgres().kill();
        await().atMost(SOON).until(() -> !dispatcher.isWorking());
        STACK.servers.postgres().start();
        // the test's own use of the pool must not meet a connection of the server that was killed
        STACK.pool.getHikariPoolMXBean().softEvictConnections();
        for (int i = 0; i < 30; i++) {
            WebhookEvent event = event("b" + i, receiver.url());
            await().atMost(SOON).ignoreExceptions().untilAsserted(() -> keep(event));
        }

        awaitState("delivered", 60);
        assertThat(dispatcher.isWorking()).isTrue();
    }

    private Receiver receiver() throws Exception {
        Receiver receiver = new Receiver();
        open.add(receiver);
        return receiver;
    }

    private Dispatcher dispatcher(DispatcherSettings settings) {
        return dispatcher(settings, new AddressRules(true), signer(STACK.secretFile));
    }

    private Dispatcher dispatcher(DispatcherSettings settings, AddressRules rules, Signer signer) {
        Clock clock = Clock.systemUTC();
        TargetGuard guard = new TargetGuard(rules);
        HttpSender sender =
                new HttpSender(settings.connectTimeout(), settings.attemptTimeout(), clock);
        DispatchFlow flow =
                new DispatchFlow(
                        deliveries,
                        guard,
                        signer,
                        sender,
                        settings.schedule(),
                        clock,
                        RandomGenerator.getDefault(),
                        Tracing.OFF);
        Dispatcher dispatcher =
                new Dispatcher(flow, deliveries, settings, clock, new SimpleMeterRegistry());
        open.add(guard);
        open.add(sender);
        open.add(dispatcher);
        dispatcher.start();
        return dispatcher;
    }

    private Signer signer(Path secret) {
        var catalog =
                DispatcherStack.catalog(tenant, 1, Optional.of(new SecretRef("file:" + secret)));
        return new Signer(() -> catalog, new SecretSource(Map.of()));
    }

    private static DispatcherSettings settings() {
        return settings(Duration.ofMillis(20), Duration.ofSeconds(35));
    }

    private static DispatcherSettings settings(Duration firstRetry, Duration lease) {
        return settings(firstRetry, lease, Duration.ofSeconds(3));
    }

    private static DispatcherSettings settings(
            Duration firstRetry, Duration lease, Duration attemptTimeout) {
        return new DispatcherSettings(
                "here",
                5,
                firstRetry,
                2,
                Duration.ofSeconds(5),
                Duration.ofSeconds(1),
                attemptTimeout,
                lease,
                64,
                2,
                8 * 1024,
                true,
                Duration.ofDays(7),
                4);
    }

    private WebhookEvent event(String name, String url) {
        return WebhookEvent.newBuilder()
                .setWebhookId(id(name))
                .setTenant(tenant)
                .setJobId(tenant + "-" + name)
                .setType("job.succeeded")
                .setUrl(url)
                .setCreatedAt(Instant.now())
                .setPayload("{\"n\":\"" + name + "\"}")
                .build();
    }

    private String id(String name) {
        return "msg_" + tenant + "_" + name;
    }

    private void keep(WebhookEvent... events) {
        deliveries.store(
                Stream.of(events).map(event -> new Arrived(event, TRACE)).toList(), Instant.now());
    }

    private Instant due(String name) {
        return instant("select next_attempt_at from webhook.delivery where webhook_id = :id", name);
    }

    private Instant instant(String sql, String name) {
        return STACK.jdbi.withHandle(
                handle -> handle.createQuery(sql).bind("id", id(name)).mapTo(Instant.class).one());
    }

    private void awaitState(String state, long count) {
        await().atMost(SOON).ignoreExceptions().until(() -> STACK.count(tenant, state) == count);
    }
}
