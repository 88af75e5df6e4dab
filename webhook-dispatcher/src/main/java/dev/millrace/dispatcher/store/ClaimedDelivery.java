package dev.millrace.dispatcher.store;

import java.beans.ConstructorProperties;

/**
 * A delivery that this process may attempt now, until its lease ends.
 *
 * @param claim tells this taking from an earlier or later one of the same delivery
 * @param attempts made so far
 */
public record ClaimedDelivery(
        String webhookId,
        String tenant,
        String jobId,
        String url,
        String endpoint,
        int payloadBytes,
        int attempts,
        long claim) {

    @ConstructorProperties({
        "webhook_id",
        "tenant",
        "job_id",
        "url",
        "endpoint",
        "payload_bytes",
        "attempts",
        "claim"
    })
    public ClaimedDelivery {}
}
