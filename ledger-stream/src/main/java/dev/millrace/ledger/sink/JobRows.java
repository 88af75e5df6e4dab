package dev.millrace.ledger.sink;

import dev.millrace.kit.Connection;
import dev.millrace.kit.PatientDeserializer;
import dev.millrace.topics.Topics;
import dev.millrace.v1.Decision;
import dev.millrace.v1.InferenceResult;
import dev.millrace.v1.IngressReply;
import dev.millrace.v1.JobError;
import dev.millrace.v1.LaneConsidered;
import dev.millrace.v1.Receipt;
import dev.millrace.v1.ReceiptStatus;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.serialization.Deserializer;
import org.jdbi.v3.core.Handle;

/**
 * {@code jobs.job}: queued by an accepted receipt, ended by the result. They come on two topics, so
 * in any order: a receipt never changes a row that has ended, and the first result stays.
 */
public final class JobRows implements Projection<JobChange> {
    private static final String ACCEPT =
            """
            insert into jobs.job as job (job_id, tenant, status, requested_model, lane, decision, created_at, deadline_at)
            select job_id, tenant, 'queued', requested_model, lane, decision, created_at, deadline_at
            from json_to_recordset(cast(:rows as json)) as row(
                job_id text, tenant text, requested_model text, lane text, decision jsonb,
                created_at timestamptz, deadline_at timestamptz)
            where not exists (select from jobs.job as ended where ended.job_id = row.job_id)
            on conflict (job_id) do nothing
            """;

    private static final String END =
            """
            insert into jobs.job as job (
                job_id, tenant, status, requested_model, lane, model, output, finish_reason,
                error_code, error_field, error_limit, error_detail,
                input_tokens, cached_input_tokens, output_tokens, reasoning_tokens, estimated, attempts,
                decision, metadata, tags, queue_ms, first_token_ms, model_ms,
                created_at, deadline_at, completed_at)
            select
                job_id, tenant, status, requested_model, lane, model, output, finish_reason,
                error_code, error_field, error_limit, error_detail,
                input_tokens, cached_input_tokens, output_tokens, reasoning_tokens, estimated, attempts,
                decision, metadata, tags, queue_ms, first_token_ms, model_ms,
                created_at, deadline_at, completed_at
            from json_to_recordset(cast(:rows as json)) as row(
                job_id text, tenant text, status text, requested_model text, lane text, model text,
                output text, finish_reason text,
                error_code text, error_field text, error_limit text, error_detail text,
                input_tokens bigint, cached_input_tokens bigint, output_tokens bigint, reasoning_tokens bigint,
                estimated boolean, attempts integer, decision jsonb, metadata jsonb, tags text[],
                queue_ms bigint, first_token_ms bigint, model_ms bigint,
                created_at timestamptz, deadline_at timestamptz, completed_at timestamptz)
            on conflict (job_id) do update set
                status = excluded.status, requested_model = coalesce(excluded.requested_model, job.requested_model),
                lane = excluded.lane, model = excluded.model,
                output = excluded.output, finish_reason = excluded.finish_reason,
                error_code = excluded.error_code, error_field = excluded.error_field,
                error_limit = excluded.error_limit, error_detail = excluded.error_detail,
                input_tokens = excluded.input_tokens, cached_input_tokens = excluded.cached_input_tokens,
                output_tokens = excluded.output_tokens, reasoning_tokens = excluded.reasoning_tokens,
                estimated = excluded.estimated, attempts = excluded.attempts,
                decision = coalesce(excluded.decision, job.decision),
                metadata = excluded.metadata, tags = excluded.tags,
                queue_ms = excluded.queue_ms, first_token_ms = excluded.first_token_ms,
                model_ms = excluded.model_ms, completed_at = excluded.completed_at,
                deadline_at = coalesce(job.deadline_at, excluded.deadline_at)
                where job.status = 'queued' and job.tenant = excluded.tenant
            """;

    /** In which most short jobs come to their result. */
    private static final Duration A_MOMENT = Duration.ofMillis(300);

    private final String name;
    private final String topic;
    private final Duration settles;
    private final Deserializer<InferenceResult> results;
    private final Deserializer<IngressReply> replies;

    private JobRows(Connection connection, String name, String topic, Duration settles) {
        this.name = name;
        this.topic = topic;
        this.settles = settles;
        this.results = new PatientDeserializer<>(connection.deserializer(Topics.RESULTS));
        this.replies = new PatientDeserializer<>(connection.deserializer(Topics.INGRESS_REPLIES));
    }

    /** Rows of jobs as they end. */
    public static JobRows ofResults(Connection connection) {
        return new JobRows(connection, "jobs", Topics.RESULTS.name(), Duration.ZERO);
    }

    /**
     * Rows of jobs that are still on their way a moment after they were accepted: the others need
     * only the one write as they end, and no dead row is left behind.
     */
    public static JobRows ofReceipts(Connection connection) {
        return new JobRows(connection, "receipts", Topics.INGRESS_REPLIES.name(), A_MOMENT);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public List<String> topics() {
        return List.of(topic);
    }

    @Override
    public Duration settles() {
        return settles;
    }

    /** The pricing topology reads the results too, and sets aside in its own transaction. */
    @Override
    public boolean setsAsideUnreadable(String topic) {
        return !topic.equals(Topics.RESULTS.name());
    }

    @Override
    public JobChange read(ConsumerRecord<byte[], byte[]> record) {
        if (record.topic().equals(Topics.RESULTS.name())) {
            return new JobChange.Ended(
                    results.deserialize(record.topic(), record.headers(), record.value()));
        }
        IngressReply reply = replies.deserialize(record.topic(), record.headers(), record.value());
        boolean accepted =
                reply.getBody() instanceof Receipt receipt
                        && receipt.getStatus() == ReceiptStatus.ACCEPTED;
        return accepted
                ? new JobChange.Accepted(
                        reply.getJobId(), reply.getTenant(), (Receipt) reply.getBody())
                : new JobChange.Irrelevant();
    }

    @Override
    public Optional<Subject> subject(JobChange value) {
        return switch (value) {
            case JobChange.Accepted accepted ->
                    Optional.of(new Subject(accepted.jobId(), accepted.tenant()));
            case JobChange.Ended(InferenceResult result) ->
                    Optional.of(new Subject(result.getJobId(), result.getTenant()));
            case JobChange.Irrelevant() -> Optional.empty();
        };
    }

    /**
     * One row for a job and a statement, since one statement cannot change a row twice; of several
     * the first counts.
     */
    @Override
    public int write(Handle handle, List<JobChange> values) {
        Map<String, JobChange.Accepted> accepted = new LinkedHashMap<>();
        Map<String, InferenceResult> ended = new LinkedHashMap<>();
        for (JobChange change : values) {
            switch (change) {
                case JobChange.Accepted each -> accepted.putIfAbsent(each.jobId(), each);
                case JobChange.Ended(InferenceResult result) ->
                        ended.putIfAbsent(result.getJobId(), result);
                case JobChange.Irrelevant() -> {}
            }
        }
        JsonRows queued = new JsonRows();
        accepted.values().forEach(each -> fill(queued.add(), each));
        JsonRows terminal = new JsonRows();
        ended.values().forEach(result -> fill(terminal.add(), result));
        return run(handle, ACCEPT, queued) + run(handle, END, terminal);
    }

    private static int run(Handle handle, String sql, JsonRows rows) {
        return rows.size() == 0
                ? 0
                : handle.createUpdate(sql).bind("rows", rows.toString()).execute();
    }

    private static void fill(JsonRows.Row row, JobChange.Accepted accepted) {
        Receipt receipt = accepted.receipt();
        row.set("job_id", accepted.jobId())
                .set("tenant", accepted.tenant())
                .set("lane", receipt.getDecision().flatMap(Decision::getLane).orElse(null))
                .set("created_at", receipt.getAcceptedAt())
                .set("deadline_at", receipt.getDeadlineAt().orElse(null));
        decision(row, receipt.getDecision());
    }

    private static void fill(JsonRows.Row row, InferenceResult result) {
        row.set("job_id", result.getJobId())
                .set("tenant", result.getTenant())
                .set("status", result.getStatus().name().toLowerCase(Locale.ROOT))
                .set("lane", result.getLane().orElse(null))
                .set("model", result.getModel().orElse(null))
                .set("output", result.getOutput().orElse(null))
                .set("finish_reason", result.getFinishReason().orElse(null))
                .set("error_code", result.getError().map(JobError::getCode).orElse(null))
                .set("error_field", result.getError().flatMap(JobError::getField).orElse(null))
                .set("error_limit", result.getError().flatMap(JobError::getLimit).orElse(null))
                .set("error_detail", result.getError().map(JobError::getDetail).orElse(null))
                .set("input_tokens", result.getUsage().getInputTokens())
                .set("cached_input_tokens", result.getUsage().getCachedInputTokens())
                .set("output_tokens", result.getUsage().getOutputTokens())
                .set("reasoning_tokens", result.getUsage().getReasoningTokens())
                .set("estimated", result.getUsage().getEstimated())
                .set("attempts", result.getAttempts())
                .set("metadata", result.getMetadata())
                .set("tags", result.getTags())
                .set("queue_ms", result.getQueueMs())
                .set("first_token_ms", result.getFirstTokenMs())
                .set("model_ms", result.getModelMs())
                .set("created_at", result.getAcceptedAt())
                .set("deadline_at", result.getDeadlineAt().orElse(null))
                .set("completed_at", result.getCompletedAt());
        decision(row, result.getDecision());
    }

    private static void decision(JsonRows.Row row, Optional<Decision> made) {
        if (made.isEmpty()) {
            return;
        }
        Decision decision = made.get();
        row.set("requested_model", decision.getRequestedModel());
        JsonRows.Row json = row.object("decision");
        json.set("requested_model", decision.getRequestedModel())
                .set("vertical", decision.getVertical())
                .set("vertical_confidence", decision.getVerticalConfidence())
                .set("complexity", decision.getComplexity())
                .set("complexity_score", decision.getComplexityScore())
                .set("complexity_confidence", decision.getComplexityConfidence())
                .set("route", decision.getRoute().orElse(null))
                .set("lane", decision.getLane().orElse(null))
                .set("reasons", decision.getReasons())
                .set("catalog_version", decision.getCatalogVersion())
                .set("candidates", List.of());
        for (LaneConsidered considered : decision.getCandidates()) {
            json.element("candidates")
                    .set("lane", considered.getLane())
                    .set("verdict", considered.getVerdict())
                    .set("reason", considered.getReason());
        }
    }
}
