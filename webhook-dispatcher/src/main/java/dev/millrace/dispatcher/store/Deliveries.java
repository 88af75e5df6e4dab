package dev.millrace.dispatcher.store;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.millrace.dispatcher.policy.NextStep;
import dev.millrace.dispatcher.target.Endpoint;
import dev.millrace.v1.WebhookEvent;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.mapper.reflect.ConstructorMapper;
import org.jdbi.v3.core.statement.PreparedBatch;

/** {@code webhook.delivery} and {@code webhook.attempt}. */
public final class Deliveries {
    private static final String STORE =
            """
            insert into webhook.delivery
                (webhook_id, job_id, tenant, type, url, endpoint, payload, payload_bytes,
                traceparent, tracestate, next_attempt_at, created_at)
            values (:webhookId, :jobId, :tenant, :type, :url, :endpoint, :payload, :payloadBytes,
                :traceparent, :tracestate, :now, :createdAt)
            on conflict (webhook_id) do nothing
            """;

    /**
     * Looks at each endpoint by itself, so a thousand due rows of one never hide those of another.
     */
    private static final String CLAIM =
            """
            with recursive endpoints as (
                (select endpoint from webhook.delivery where state = 'pending' order by endpoint limit 1)
                union all
                select (select d.endpoint from webhook.delivery d
                        where d.state = 'pending' and d.endpoint > e.endpoint order by d.endpoint limit 1)
                from endpoints e where e.endpoint is not null
            ), due as (
                select picked.webhook_id
                from endpoints e
                left join json_to_recordset(cast(:room as json)) as room(endpoint text, free integer)
                    on room.endpoint = e.endpoint
                cross join lateral (
                    select d.webhook_id, d.next_attempt_at from webhook.delivery d
                    where d.state = 'pending' and d.endpoint = e.endpoint and d.next_attempt_at <= :now
                    order by d.next_attempt_at
                    limit coalesce(room.free, :perEndpoint)
                    for update skip locked) picked
                where e.endpoint is not null
                order by picked.next_attempt_at
                limit :most
            )
            update webhook.delivery d set claim = d.claim + 1, claimed_by = :instance, next_attempt_at = :leaseEnd
            from due where d.webhook_id = due.webhook_id
            returning d.webhook_id, d.tenant, d.job_id, d.url, d.endpoint, d.payload_bytes, d.attempts, d.claim,
                d.traceparent, d.tracestate
            """;

    private static final String PAYLOAD =
            "select payload from webhook.delivery where webhook_id = :webhookId";

    /**
     * A late attempt, whose claim is not the last, is recorded; it ends the delivery only by
     * success.
     */
    private static final String RECORD =
            """
            with tried as (
                update webhook.delivery set
                    attempts = attempts + 1,
                    last_status = cast(:status as integer),
                    last_error = coalesce(cast(:error as text), cast(:reason as text)),
                    state = case when counts then :state else state end,
                    claimed_by = case when claim = :claim then null else claimed_by end,
                    next_attempt_at = case when counts then cast(:next as timestamptz) else next_attempt_at end,
                    delivered_at = case when counts and :state = 'delivered' then :endedAt else delivered_at end,
                    exhausted_at = case when counts and :state = 'exhausted' then :endedAt else exhausted_at end
                from (
                    select webhook_id as id, state = 'pending' and (claim = :claim or :state = 'delivered') as counts
                    from webhook.delivery where webhook_id = :webhookId for update) as now
                where webhook_id = now.id
                returning webhook_id, attempts
            )
            insert into webhook.attempt (webhook_id, attempt, started_at, duration_ms, status_code, error)
            select webhook_id, attempts, :startedAt, :durationMs, cast(:status as integer), cast(:error as text)
            from tried
            """;

    private static final String RELEASE =
            """
            update webhook.delivery set next_attempt_at = :at, claimed_by = null
            where webhook_id = :webhookId and claim = :claim and state = 'pending'
            """;

    private static final String RELEASE_ALL =
            """
            update webhook.delivery set next_attempt_at = :now, claimed_by = null
            where claimed_by = :instance and state = 'pending'
            """;

    private static final String COUNT_PENDING =
            "select count(*) from webhook.delivery where state = 'pending'";

    private static final String GIVE_UP =
            """
            update webhook.delivery
            set state = 'exhausted', last_error = 'too_old', next_attempt_at = null, claimed_by = null, exhausted_at = :now, payload = null
            where webhook_id in (
                select webhook_id from webhook.delivery
                where payload is not null and created_at < :before and state = 'pending'
                order by created_at limit :rows for update skip locked)
            """;

    private static final String PURGE =
            """
            update webhook.delivery set payload = null
            where webhook_id in (
                select webhook_id from webhook.delivery
                where payload is not null and created_at < :before and state <> 'pending'
                order by created_at limit :rows for update skip locked)
            """;

    private static final ObjectMapper JSON = new ObjectMapper();
    private final Jdbi database;
    private final String instance;

    /**
     * @param instance this process's name; one that starts again under the same name is its
     *     successor
     */
    public Deliveries(Jdbi database, String instance) {
        this.database = database;
        this.instance = instance;
    }

    /** Keeps events that are new, due at once; a repeated one changes nothing. */
    public void store(List<Arrived> events, Instant now) {
        database.useTransaction(
                handle -> {
                    PreparedBatch batch = handle.prepareBatch(STORE);
                    for (Arrived arrived : events) {
                        WebhookEvent event = arrived.event();
                        batch.bind("webhookId", event.getWebhookId())
                                .bind("jobId", event.getJobId())
                                .bind("tenant", event.getTenant())
                                .bind("type", event.getType())
                                .bind("url", event.getUrl())
                                .bind("endpoint", Endpoint.of(event.getUrl()))
                                .bind("payload", event.getPayload())
                                .bind(
                                        "payloadBytes",
                                        event.getPayload().getBytes(StandardCharsets.UTF_8).length)
                                .bind("traceparent", arrived.trace().traceparent().orElse(null))
                                .bind("tracestate", arrived.trace().tracestate().orElse(null))
                                .bind("now", now)
                                .bind("createdAt", event.getCreatedAt())
                                .add();
                    }
                    batch.execute();
                });
    }

    /**
     * Takes due deliveries, the longest due first. Whatever becomes of this process, they are due
     * again when the lease ends.
     *
     * @param most in all
     * @param perEndpoint for an endpoint that {@code room} does not name
     * @param room how many more an endpoint may have
     */
    public List<ClaimedDelivery> claim(
            int most, int perEndpoint, Map<String, Integer> room, Instant now, Duration lease) {
        return database.inTransaction(
                handle ->
                        handle.createQuery(CLAIM)
                                .bind("most", most)
                                .bind("perEndpoint", perEndpoint)
                                .bind("room", json(room))
                                .bind("now", now)
                                .bind("instance", instance)
                                .bind("leaseEnd", now.plus(lease))
                                .map(ConstructorMapper.of(ClaimedDelivery.class))
                                .list());
    }

    /** The body to send; empty when it was purged. */
    public Optional<String> payload(ClaimedDelivery delivery) {
        return database.withHandle(
                handle ->
                        handle.createQuery(PAYLOAD)
                                .bind("webhookId", delivery.webhookId())
                                .mapTo(String.class)
                                .findOne());
    }

    /** Records an attempt and how the delivery goes on, together. */
    public void record(ClaimedDelivery delivery, Attempt attempt, NextStep step) {
        String state =
                switch (step) {
                    case NextStep.Delivered() -> "delivered";
                    case NextStep.Retry(Instant at) -> "pending";
                    case NextStep.Exhausted(String reason) -> "exhausted";
                };
        database.useHandle(
                handle ->
                        handle.createUpdate(RECORD)
                                .bind("webhookId", delivery.webhookId())
                                .bind("claim", delivery.claim())
                                .bind("state", state)
                                .bind(
                                        "reason",
                                        step instanceof NextStep.Exhausted(String why) ? why : null)
                                .bindByType(
                                        "next",
                                        step instanceof NextStep.Retry(Instant at) ? at : null,
                                        Instant.class)
                                .bind("status", attempt.outcome().statusCode().orElse(null))
                                .bind("error", attempt.outcome().errorWord().orElse(null))
                                .bind("startedAt", attempt.startedAt())
                                .bind("endedAt", attempt.endedAt())
                                .bind("durationMs", attempt.duration().toMillis())
                                .execute());
    }

    /** Gives a delivery back that was not attempted. */
    public void release(ClaimedDelivery delivery, Instant at) {
        database.useHandle(
                handle ->
                        handle.createUpdate(RELEASE)
                                .bind("webhookId", delivery.webhookId())
                                .bind("claim", delivery.claim())
                                .bind("at", at)
                                .execute());
    }

    /**
     * Makes due what a killed process of this name had in hand. Where one of the same name still
     * runs, its attempts are made twice, under their own ids.
     *
     * @return how many those were
     */
    public int releaseAll(Instant now) {
        return database.withHandle(
                handle ->
                        handle.createUpdate(RELEASE_ALL)
                                .bind("instance", instance)
                                .bind("now", now)
                                .execute());
    }

    public long pending() {
        return database.withHandle(
                handle -> handle.createQuery(COUNT_PENDING).mapTo(Long.class).one());
    }

    /**
     * Removes payloads of events from before a moment, at most {@code rows} of each kind; what is
     * still pending then is exhausted, since content is kept no longer.
     *
     * @return rows changed
     */
    public int purge(Instant before, Instant now, int rows) {
        return database.withHandle(
                handle ->
                        handle.createUpdate(GIVE_UP)
                                        .bind("before", before)
                                        .bind("now", now)
                                        .bind("rows", rows)
                                        .execute()
                                + handle.createUpdate(PURGE)
                                        .bind("before", before)
                                        .bind("rows", rows)
                                        .execute());
    }

    private static String json(Map<String, Integer> room) {
        ArrayNode rows = JSON.createArrayNode();
        room.forEach(
                (endpoint, free) ->
                        rows.addObject().put("endpoint", endpoint).put("free", Math.max(0, free)));
        try {
            return JSON.writeValueAsString(rows);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree of plain values is always JSON", e);
        }
    }
}
