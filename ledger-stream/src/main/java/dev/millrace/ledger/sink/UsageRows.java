package dev.millrace.ledger.sink;

import dev.millrace.kit.Connection;
import dev.millrace.kit.PatientDeserializer;
import dev.millrace.topics.Topics;
import dev.millrace.v1.UsageEvent;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.serialization.Deserializer;
import org.jdbi.v3.core.Handle;

/**
 * {@code ledger.usage_event} and, from the rows that are really new, {@code ledger.usage_hourly}:
 * one statement, so a repeated event can neither be charged nor summed twice.
 */
public final class UsageRows implements Projection<UsageEvent> {
    private static final String RECORD =
            """
            with incoming as (
                select * from json_to_recordset(cast(:rows as json)) as row(
                    job_id text, tenant text, lane text, model text, vertical text, complexity text, outcome text,
                    input_tokens bigint, cached_input_tokens bigint, output_tokens bigint, reasoning_tokens bigint,
                    estimated boolean, cost_micros bigint, currency text, price text, attempts integer,
                    queue_ms bigint, first_token_ms bigint, model_ms bigint,
                    accepted_at timestamptz, completed_at timestamptz, tags text[], conversation_hash text)
            ), inserted as (
                insert into ledger.usage_event (
                    job_id, tenant, lane, model, vertical, complexity, outcome,
                    input_tokens, cached_input_tokens, output_tokens, reasoning_tokens,
                    estimated, cost_micros, currency, price, attempts,
                    queue_ms, first_token_ms, model_ms, accepted_at, completed_at, tags, conversation_hash)
                select
                    job_id, tenant, lane, model, vertical, complexity, outcome,
                    input_tokens, cached_input_tokens, output_tokens, reasoning_tokens,
                    estimated, cost_micros, currency, price, attempts,
                    queue_ms, first_token_ms, model_ms, accepted_at, completed_at, tags, conversation_hash
                from incoming
                on conflict (job_id) do nothing
                returning *, greatest(0, extract(epoch from completed_at - accepted_at) * 1000)::bigint as total_ms
            ), summed as (
                insert into ledger.usage_hourly as sums (
                    hour, tenant, lane, model, outcome, currency, jobs,
                    input_tokens, cached_input_tokens, output_tokens, reasoning_tokens, cost_micros, attempts,
                    queue_ms, first_token_ms, model_ms, total_ms, max_total_ms)
                select
                    date_trunc('hour', completed_at, 'UTC'), tenant, lane, model, outcome, currency, count(*),
                    sum(input_tokens)::bigint, sum(cached_input_tokens)::bigint, sum(output_tokens)::bigint,
                    sum(reasoning_tokens)::bigint, sum(cost_micros)::bigint, sum(attempts)::bigint,
                    sum(queue_ms)::bigint, sum(first_token_ms)::bigint, sum(model_ms)::bigint,
                    sum(total_ms)::bigint, max(total_ms)
                from inserted
                group by 1, 2, 3, 4, 5, 6
                -- the same order in every transaction, so that two of them never wait for each other
                order by 1, 2, 3, 4, 5, 6
                on conflict on constraint usage_hourly_key do update set
                    jobs = sums.jobs + excluded.jobs,
                    input_tokens = sums.input_tokens + excluded.input_tokens,
                    cached_input_tokens = sums.cached_input_tokens + excluded.cached_input_tokens,
                    output_tokens = sums.output_tokens + excluded.output_tokens,
                    reasoning_tokens = sums.reasoning_tokens + excluded.reasoning_tokens,
                    cost_micros = sums.cost_micros + excluded.cost_micros,
                    attempts = sums.attempts + excluded.attempts,
                    queue_ms = sums.queue_ms + excluded.queue_ms,
                    first_token_ms = sums.first_token_ms + excluded.first_token_ms,
                    model_ms = sums.model_ms + excluded.model_ms,
                    total_ms = sums.total_ms + excluded.total_ms,
                    max_total_ms = greatest(sums.max_total_ms, excluded.max_total_ms)
            )
            select count(*) from inserted
            """;

    private final Deserializer<UsageEvent> events;

    public UsageRows(Connection connection) {
        this.events = new PatientDeserializer<>(connection.deserializer(Topics.USAGE));
    }

    @Override
    public String name() {
        return "usage";
    }

    @Override
    public List<String> topics() {
        return List.of(Topics.USAGE.name());
    }

    @Override
    public UsageEvent read(ConsumerRecord<byte[], byte[]> record) {
        return events.deserialize(record.topic(), record.headers(), record.value());
    }

    @Override
    public Optional<Subject> subject(UsageEvent value) {
        return Optional.of(new Subject(value.getJobId(), value.getTenant()));
    }

    @Override
    public int write(Handle handle, List<UsageEvent> values) {
        JsonRows rows = new JsonRows();
        values.forEach(event -> fill(rows.add(), event));
        return handle.createQuery(RECORD).bind("rows", rows.toString()).mapTo(Integer.class).one();
    }

    private static void fill(JsonRows.Row row, UsageEvent event) {
        row.set("job_id", event.getJobId())
                .set("tenant", event.getTenant())
                .set("lane", event.getLane().orElse(null))
                .set("model", event.getModel().orElse(null))
                .set("vertical", event.getVertical())
                .set("complexity", event.getComplexity())
                .set("outcome", event.getOutcome())
                .set("input_tokens", event.getInputTokens())
                .set("cached_input_tokens", event.getCachedInputTokens())
                .set("output_tokens", event.getOutputTokens())
                .set("reasoning_tokens", event.getReasoningTokens())
                .set("estimated", event.getEstimated())
                .set("cost_micros", event.getCostMicros())
                .set("currency", event.getCurrency())
                .set("price", event.getPrice().orElse(null))
                .set("attempts", event.getAttempts())
                .set("queue_ms", event.getQueueMs())
                .set("first_token_ms", event.getFirstTokenMs())
                .set("model_ms", event.getModelMs())
                .set("accepted_at", event.getAcceptedAt())
                .set("completed_at", event.getCompletedAt())
                .set("tags", event.getTags())
                .set("conversation_hash", event.getConversationHash().orElse(null));
    }
}
