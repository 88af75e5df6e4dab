package dev.millrace.ingress.jobs;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.ingress.jobs.JobView.Candidate;
import dev.millrace.ingress.jobs.JobView.Fault;
import dev.millrace.ingress.jobs.JobView.RouteTaken;
import dev.millrace.ingress.jobs.JobView.TokenUsage;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import org.jspecify.annotations.Nullable;

/** The jobs table, which the ledger projects, with what each job cost. */
public final class PostgresJobs implements StoredJobs {
    private static final int TIMEOUT_SECONDS = 5;
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final TypeReference<Map<String, String>> TEXTS = new TypeReference<>() {};

    private static final String FIND =
            """
            select job.job_id, job.status, job.created_at, job.completed_at, job.deadline_at,
                   job.output, job.finish_reason, job.lane, job.model,
                   job.input_tokens, job.cached_input_tokens, job.output_tokens, job.reasoning_tokens,
                   job.error_code, job.error_field, job.error_limit, job.error_detail,
                   job.decision::text as decision, job.metadata::text as metadata,
                   usage.cost_micros, usage.currency
            from jobs.job as job
            left join ledger.usage_event as usage on usage.job_id = job.job_id
            where job.job_id = :job_id and job.tenant = :tenant
            """;

    private final Jdbi jdbi;

    public PostgresJobs(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    @Override
    public Optional<JobView> find(String tenant, String jobId) {
        try {
            return jdbi.withHandle(
                    handle ->
                            handle.createQuery(FIND)
                                    .setQueryTimeout(TIMEOUT_SECONDS)
                                    .bind("job_id", jobId)
                                    .bind("tenant", tenant)
                                    .map((row, context) -> view(row))
                                    .findOne());
        } catch (JdbiException e) {
            throw new UnavailableException(e);
        }
    }

    private static JobView view(ResultSet row) throws SQLException {
        Instant completedAt = instant(row, "completed_at");
        return new JobView(
                row.getString("job_id"),
                row.getString("status"),
                instant(row, "created_at"),
                completedAt,
                instant(row, "deadline_at"),
                row.getString("output"),
                row.getString("finish_reason"),
                completedAt == null ? null : usage(row),
                row.getObject("cost_micros", Long.class),
                row.getString("currency"),
                route(row),
                fault(row),
                metadata(row));
    }

    private static TokenUsage usage(ResultSet row) throws SQLException {
        return new TokenUsage(
                row.getLong("input_tokens"),
                row.getLong("cached_input_tokens"),
                row.getLong("output_tokens"),
                row.getLong("reasoning_tokens"));
    }

    private static @Nullable RouteTaken route(ResultSet row) throws SQLException {
        String decision = row.getString("decision");
        if (decision == null) {
            return null;
        }
        JsonNode json = parse(decision);
        List<Candidate> candidates = new ArrayList<>();
        for (JsonNode each : json.path("candidates")) {
            candidates.add(
                    new Candidate(
                            each.path("lane").asText(),
                            each.path("verdict").asText(),
                            each.path("reason").asText()));
        }
        List<String> reasons = new ArrayList<>();
        json.path("reasons").forEach(each -> reasons.add(each.asText()));
        return new RouteTaken(
                row.getString("lane"),
                row.getString("model"),
                json.path("vertical").textValue(),
                json.path("complexity").textValue(),
                candidates,
                reasons);
    }

    private static @Nullable Fault fault(ResultSet row) throws SQLException {
        String code = row.getString("error_code");
        if (code == null) {
            return null;
        }
        String detail = row.getString("error_detail");
        return new Fault(
                code,
                row.getString("error_field"),
                row.getString("error_limit"),
                detail == null ? "" : detail);
    }

    private static @Nullable Map<String, String> metadata(ResultSet row) throws SQLException {
        String metadata = row.getString("metadata");
        Map<String, String> texts =
                metadata == null ? Map.of() : JSON.convertValue(parse(metadata), TEXTS);
        return texts.isEmpty() ? null : texts;
    }

    private static JsonNode parse(String json) {
        try {
            return JSON.readTree(json);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("the database holds only valid JSON", e);
        }
    }

    private static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
        OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
        return time == null ? null : time.toInstant();
    }
}
