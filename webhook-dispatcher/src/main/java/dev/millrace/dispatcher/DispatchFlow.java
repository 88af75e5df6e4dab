package dev.millrace.dispatcher;

import dev.millrace.dispatcher.policy.AttemptOutcome;
import dev.millrace.dispatcher.policy.NextStep;
import dev.millrace.dispatcher.policy.RetrySchedule;
import dev.millrace.dispatcher.send.HttpSender;
import dev.millrace.dispatcher.send.Signer;
import dev.millrace.dispatcher.store.Attempt;
import dev.millrace.dispatcher.store.ClaimedDelivery;
import dev.millrace.dispatcher.store.Deliveries;
import dev.millrace.dispatcher.target.TargetGuard;
import dev.millrace.v1.WebhookEvent;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * How a webhook is made, step by step. Read this first.
 *
 * <ol>
 *   <li>An event is kept as a row, due at once.
 *   <li>A due row is claimed under a lease, each endpoint by itself ({@link Dispatcher}).
 *   <li>The target is checked, and held to what was checked.
 *   <li>The payload is signed with the tenant's secret, under the webhook id that never changes.
 *   <li>It is sent; what came of it is one attempt.
 *   <li>The attempt is recorded together with what follows: delivered, tried again later, or
 *       exhausted.
 * </ol>
 */
public final class DispatchFlow {
    private final Deliveries deliveries;
    private final TargetGuard guard;
    private final Signer signer;
    private final HttpSender sender;
    private final RetrySchedule schedule;
    private final Clock clock;
    private final RandomGenerator random;

    public DispatchFlow(
            Deliveries deliveries,
            TargetGuard guard,
            Signer signer,
            HttpSender sender,
            RetrySchedule schedule,
            Clock clock,
            RandomGenerator random) {
        this.deliveries = deliveries;
        this.guard = guard;
        this.signer = signer;
        this.sender = sender;
        this.schedule = schedule;
        this.clock = clock;
        this.random = random;
    }

    /**
     * Keeps events; when this returns they survive everything. A repeated event changes nothing.
     */
    public void keep(List<WebhookEvent> events) {
        deliveries.store(events, clock.instant());
    }

    /** What an attempt came to, and how its delivery goes on. */
    public record Tried(Attempt attempt, NextStep step) {}

    /** Makes one attempt at a claimed delivery. Nothing is recorded yet. */
    public Tried attempt(ClaimedDelivery delivery) throws InterruptedException {
        Instant started = clock.instant();
        AttemptOutcome outcome = contact(delivery);
        Instant ended = clock.instant();
        NextStep step = schedule.after(delivery.attempts() + 1, outcome, ended, random);
        return new Tried(new Attempt(started, ended, outcome), step);
    }

    /** Records an attempt with what follows from it. */
    public void record(ClaimedDelivery delivery, Tried tried) {
        deliveries.record(delivery, tried.attempt(), tried.step());
    }

    private AttemptOutcome contact(ClaimedDelivery delivery) throws InterruptedException {
        return switch (guard.check(delivery.url())) {
            case TargetGuard.Verdict.Refused(String reason) -> new AttemptOutcome.Refused(reason);
            case TargetGuard.Verdict.Unresolved(String reason) -> new AttemptOutcome.Failed(reason);
            case TargetGuard.Verdict.Allowed allowed -> {
                try {
                    yield signAndSend(delivery, allowed);
                } finally {
                    allowed.done();
                }
            }
        };
    }

    private AttemptOutcome signAndSend(ClaimedDelivery delivery, TargetGuard.Verdict.Allowed target)
            throws InterruptedException {
        Optional<String> payload = deliveries.payload(delivery);
        if (payload.isEmpty()) {
            return new AttemptOutcome.Refused("payload_purged");
        }
        byte[] body = payload.get().getBytes(StandardCharsets.UTF_8);
        return switch (signer.keyOf(delivery.tenant())) {
            case Signer.Key.Missing(String error) -> new AttemptOutcome.Failed(error);
            case Signer.Key.Found(var webhooks) -> {
                Map<String, String> headers =
                        webhooks.headers(delivery.webhookId(), clock.instant(), body);
                yield sender.post(target.uri(), headers, body);
            }
        };
    }
}
