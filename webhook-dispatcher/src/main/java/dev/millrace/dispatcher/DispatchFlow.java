package dev.millrace.dispatcher;

import dev.millrace.dispatcher.policy.AttemptOutcome;
import dev.millrace.dispatcher.policy.NextStep;
import dev.millrace.dispatcher.policy.RetrySchedule;
import dev.millrace.dispatcher.send.HttpSender;
import dev.millrace.dispatcher.send.Signer;
import dev.millrace.dispatcher.store.Arrived;
import dev.millrace.dispatcher.store.Attempt;
import dev.millrace.dispatcher.store.ClaimedDelivery;
import dev.millrace.dispatcher.store.Deliveries;
import dev.millrace.dispatcher.target.TargetGuard;
import dev.millrace.kit.telemetry.Hop;
import dev.millrace.kit.telemetry.TelemetryNames;
import dev.millrace.kit.telemetry.Tracing;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.util.LinkedHashMap;
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
    private final Tracing tracing;

    public DispatchFlow(
            Deliveries deliveries,
            TargetGuard guard,
            Signer signer,
            HttpSender sender,
            RetrySchedule schedule,
            Clock clock,
            RandomGenerator random,
            Tracing tracing) {
        this.deliveries = deliveries;
        this.guard = guard;
        this.signer = signer;
        this.sender = sender;
        this.schedule = schedule;
        this.clock = clock;
        this.random = random;
        this.tracing = tracing;
    }

    /**
     * Keeps events; when this returns they survive everything. A repeated event changes nothing.
     */
    public void keep(List<Arrived> events) {
        deliveries.store(events, clock.instant());
    }

    /** What an attempt came to, and how its delivery goes on. */
    public record Tried(Attempt attempt, NextStep step) {}

    /** Makes one attempt at a claimed delivery. Nothing is recorded yet. */
    public Tried attempt(ClaimedDelivery delivery) throws InterruptedException {
        Instant started = clock.instant();
        AttemptOutcome outcome = traced(delivery);
        Instant ended = clock.instant();
        NextStep step = schedule.after(delivery.attempts() + 1, outcome, ended, random);
        return new Tried(new Attempt(started, ended, outcome), step);
    }

    /** Records an attempt with what follows from it. */
    public void record(ClaimedDelivery delivery, Tried tried) {
        deliveries.record(delivery, tried.attempt(), tried.step());
    }

    /** The receiver gets the attempt's own context, so that its trace can go on from there. */
    private AttemptOutcome traced(ClaimedDelivery delivery) throws InterruptedException {
        try (Hop hop =
                tracing.begin(Hop.Kind.CLIENT, TelemetryNames.SPAN_WEBHOOK, delivery.trace())) {
            hop.set(TelemetryNames.HTTP_METHOD, "POST")
                    .set(TelemetryNames.HTTP_RESEND, delivery.attempts())
                    .set(TelemetryNames.WEBHOOK, delivery.webhookId())
                    .set(TelemetryNames.JOB, delivery.jobId())
                    .set(TelemetryNames.TENANT, delivery.tenant())
                    .set(TelemetryNames.ATTEMPT, delivery.attempts() + 1);
            AttemptOutcome outcome = contact(delivery, hop);
            outcome.statusCode().ifPresent(status -> hop.set(TelemetryNames.HTTP_STATUS, status));
            outcome.statusCode()
                    .filter(status -> status >= 400)
                    .ifPresent(status -> hop.failed(Integer.toString(status)));
            outcome.errorWord().ifPresent(hop::failed);
            return outcome;
        }
    }

    private AttemptOutcome contact(ClaimedDelivery delivery, Hop hop) throws InterruptedException {
        return switch (guard.check(delivery.url())) {
            case TargetGuard.Verdict.Refused(String reason) -> new AttemptOutcome.Refused(reason);
            case TargetGuard.Verdict.Unresolved(String reason) -> new AttemptOutcome.Failed(reason);
            case TargetGuard.Verdict.Allowed allowed -> {
                try {
                    yield signAndSend(delivery, allowed, hop);
                } finally {
                    allowed.done();
                }
            }
        };
    }

    private AttemptOutcome signAndSend(
            ClaimedDelivery delivery, TargetGuard.Verdict.Allowed target, Hop hop)
            throws InterruptedException {
        where(hop, target.uri());
        Optional<String> payload = deliveries.payload(delivery);
        if (payload.isEmpty()) {
            return new AttemptOutcome.Refused("payload_purged");
        }
        byte[] body = payload.get().getBytes(StandardCharsets.UTF_8);
        return switch (signer.keyOf(delivery.tenant())) {
            case Signer.Key.Missing(String error) -> new AttemptOutcome.Failed(error);
            case Signer.Key.Found(var webhooks) -> {
                Map<String, String> headers = new LinkedHashMap<>(hop.context().asMap());
                headers.putAll(webhooks.headers(delivery.webhookId(), clock.instant(), body));
                yield sender.post(target.uri(), headers, body);
            }
        };
    }

    /** Not the whole address: a callback's path or query may hold its owner's secret. */
    private static void where(Hop hop, URI uri) {
        hop.set(TelemetryNames.URL_SCHEME, String.valueOf(uri.getScheme()))
                .set(TelemetryNames.SERVER_ADDRESS, String.valueOf(uri.getHost()));
        if (uri.getPort() >= 0) {
            hop.set(TelemetryNames.SERVER_PORT, uri.getPort());
        }
    }
}
