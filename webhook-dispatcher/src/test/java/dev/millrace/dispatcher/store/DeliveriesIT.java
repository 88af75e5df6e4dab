package dev.millrace.dispatcher.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.dispatcher.DispatcherStack;
import dev.millrace.dispatcher.policy.AttemptOutcome;
import dev.millrace.dispatcher.policy.AttemptOutcome.Answered;
import dev.millrace.dispatcher.policy.AttemptOutcome.Failed;
import dev.millrace.dispatcher.policy.NextStep;
import dev.millrace.kit.telemetry.TraceContext;
import dev.millrace.v1.WebhookEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DeliveriesIT {
    private static final DispatcherStack STACK = DispatcherStack.shared();
    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
    private static final Duration LEASE = Duration.ofMinutes(2);

    private final String tenant = "t-" + UUID.randomUUID();
    private final Deliveries deliveries = new Deliveries(STACK.jdbi, "here");

    @BeforeEach
    void nothingElseIsDue() {
        STACK.jdbi.useHandle(
                handle -> {
                    handle.execute("delete from webhook.attempt");
                    handle.execute("delete from webhook.delivery");
                });
    }

    @Test
    void aClaimTakesOfEachEndpointWhatItHasRoomForTheLongestDueFirst() {
        for (int i = 0; i < 10; i++) {
            store("a" + i, "http://a.test/x", NOW.minusSeconds(100 - i));
            store("b" + i, "http://b.test/x", NOW.minusSeconds(50 - i));
            store("c" + i, "http://c.test/x", NOW.minusSeconds(20 - i));
        }

        List<ClaimedDelivery> claimed =
                deliveries.claim(
                        100, 3, Map.of("http://b.test:80", 1, "http://c.test:80", -4), NOW, LEASE);

        assertThat(claimed)
                .extracting(this::name)
                .containsExactlyInAnyOrder("a0", "a1", "a2", "b0");
        assertThat(deliveries.claim(2, 3, Map.of(), NOW, LEASE))
                .as("what is claimed is not due, and the longest due goes first")
                .extracting(this::name)
                .containsExactlyInAnyOrder("a3", "a4");
    }

    @Test
    void whatIsClaimedIsDueAgainWhenTheLeaseEndsAndNotBefore() {
        store("a", "http://a.test/", NOW);
        ClaimedDelivery first = claimOne(NOW);

        assertThat(deliveries.claim(10, 10, Map.of(), NOW.plus(LEASE).minusMillis(1), LEASE))
                .isEmpty();
        ClaimedDelivery second = claimOne(NOW.plus(LEASE));
        assertThat(second.webhookId()).isEqualTo(first.webhookId());
        assertThat(second.claim()).isGreaterThan(first.claim());
    }

    @Test
    void twoDispatchersNeverClaimTheSame() throws Exception {
        for (int i = 0; i < 20; i++) {
            store("a" + i, "http://a.test/", NOW);
        }

        List<ClaimedDelivery> claimed =
                STACK.jdbi.inTransaction(
                        held -> {
                            held.execute(
                                    "select 1 from webhook.delivery where webhook_id <= ? for update",
                                    id("a14"));
                            // on a thread, and so a connection, of its own
                            return CompletableFuture.supplyAsync(
                                            () -> deliveries.claim(100, 100, Map.of(), NOW, LEASE))
                                    .get(10, TimeUnit.SECONDS);
                        });

        assertThat(claimed)
                .extracting(this::name)
                .containsExactlyInAnyOrder(
                        "a2", "a3", "a4", "a5", "a6", "a7", "a8", "a9", "a15", "a16", "a17", "a18",
                        "a19");
    }

    @Test
    void aLateFailureIsRecordedAndChangesNothingElse() {
        store("a", "http://a.test/", NOW);
        ClaimedDelivery late = claimOne(NOW);
        ClaimedDelivery current = claimOne(NOW.plus(LEASE));

        deliveries.record(late, attempt(new Failed("timeout")), new NextStep.Exhausted("attempts"));

        assertThat(row()).containsEntry("state", "pending").containsEntry("attempts", 1);
        deliveries.record(
                current, attempt(new Failed("timeout")), new NextStep.Exhausted("attempts"));
        assertThat(row()).containsEntry("state", "exhausted").containsEntry("attempts", 2);
    }

    @Test
    void aLateSuccessDeliversAndALaterFailureCannotUndoIt() {
        store("a", "http://a.test/", NOW);
        ClaimedDelivery late = claimOne(NOW);
        ClaimedDelivery current = claimOne(NOW.plus(LEASE));

        deliveries.record(
                late, attempt(new Answered(200, Optional.empty())), new NextStep.Delivered());
        deliveries.record(
                current, attempt(new Failed("timeout")), new NextStep.Retry(NOW.plusSeconds(9)));

        assertThat(row())
                .containsEntry("state", "delivered")
                .containsEntry("attempts", 2)
                .containsEntry("next_attempt_at", null);
        assertThat(STACK.attempts(id("a"))).hasSize(2);
    }

    @Test
    void aReleasedDeliveryIsDueWhenItIsSaidUnlessSomebodyElseHasIt() {
        store("a", "http://a.test/", NOW);
        ClaimedDelivery first = claimOne(NOW);
        deliveries.release(first, NOW.plusSeconds(5));
        assertThat(deliveries.claim(10, 10, Map.of(), NOW.plusSeconds(4), LEASE)).isEmpty();

        claimOne(NOW.plusSeconds(5));
        deliveries.release(first, NOW);

        assertThat(deliveries.claim(10, 10, Map.of(), NOW.plusSeconds(6), LEASE)).isEmpty();
    }

    @Test
    void aRestartTakesUpWhatItsPredecessorHadInHandAndNothingElse() {
        // Given
        store("scheduled", "http://a.test/", NOW);
        deliveries.record(
                claimOne(NOW),
                attempt(new Failed("timeout")),
                new NextStep.Retry(NOW.plusSeconds(60)));
        store("elsewhere", "http://b.test/", NOW);
        new Deliveries(STACK.jdbi, "elsewhere").claim(10, 10, Map.of(), NOW, LEASE);
        store("here", "http://c.test/", NOW);
        claimOne(NOW);

        // When
        int taken = new Deliveries(STACK.jdbi, "here").releaseAll(NOW);

        // Then
        assertThat(taken).isEqualTo(1);
        assertThat(deliveries.claim(10, 10, Map.of(), NOW, LEASE))
                .extracting(this::name)
                .containsExactly("here");
    }

    @Test
    void payloadsArePurgedAndWhatIsStillPendingThenIsExhausted() {
        store("old", "http://a.test/", NOW);
        store("done", "http://b.test/", NOW);
        ClaimedDelivery done =
                deliveries.claim(10, 10, Map.of(), NOW, LEASE).stream()
                        .filter(claimed -> name(claimed).equals("done"))
                        .findFirst()
                        .orElseThrow();
        deliveries.record(
                done, attempt(new Answered(200, Optional.empty())), new NextStep.Delivered());

        assertThat(deliveries.purge(NOW, NOW, 10)).isZero();
        assertThat(deliveries.purge(NOW.plusSeconds(1), NOW.plusSeconds(1), 10)).isEqualTo(2);

        assertThat(deliveries.payload(done)).isEmpty();
        assertThat(STACK.deliveries(tenant))
                .extracting(
                        row ->
                                row.get("state")
                                        + " "
                                        + row.get("last_error")
                                        + " "
                                        + row.get("payload"))
                .containsExactly("delivered null null", "exhausted too_old null");
    }

    private void store(String name, String url, Instant due) {
        deliveries.store(
                List.of(
                        new Arrived(
                                WebhookEvent.newBuilder()
                                        .setWebhookId(id(name))
                                        .setTenant(tenant)
                                        .setJobId("job-" + name)
                                        .setType("job.failed")
                                        .setUrl(url)
                                        .setCreatedAt(due)
                                        .setPayload("{}")
                                        .build(),
                                TraceContext.NONE)),
                due);
    }

    private ClaimedDelivery claimOne(Instant now) {
        List<ClaimedDelivery> claimed = deliveries.claim(10, 10, Map.of(), now, LEASE);
        assertThat(claimed).hasSize(1);
        return claimed.getFirst();
    }

    private static Attempt attempt(AttemptOutcome outcome) {
        return new Attempt(NOW, NOW.plusMillis(15), outcome);
    }

    private Map<String, Object> row() {
        return STACK.deliveries(tenant).getFirst();
    }

    private String id(String name) {
        return "msg_" + tenant + "_" + name;
    }

    private String name(ClaimedDelivery delivery) {
        return delivery.webhookId().substring(delivery.webhookId().lastIndexOf('_') + 1);
    }
}
