package dev.millrace.dispatcher.store;

import dev.millrace.kit.telemetry.TraceContext;
import java.beans.ConstructorProperties;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A delivery that this process may attempt now, until its lease ends.
 *
 * @param claim tells this taking from an earlier or later one of the same delivery
 * @param attempts made so far
 * @param traceparent W3C trace context of the event
 */
public record ClaimedDelivery(
        String webhookId,
        String tenant,
        String jobId,
        String url,
        String endpoint,
        int payloadBytes,
        int attempts,
        long claim,
        @Nullable String traceparent,
        @Nullable String tracestate) {

    @ConstructorProperties({
        "webhook_id",
        "tenant",
        "job_id",
        "url",
        "endpoint",
        "payload_bytes",
        "attempts",
        "claim",
        "traceparent",
        "tracestate"
    })
    public ClaimedDelivery {}

    public TraceContext trace() {
        return new TraceContext(Optional.ofNullable(traceparent), Optional.ofNullable(tracestate));
    }
}
