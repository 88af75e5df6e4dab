package dev.millrace.ingress.jobs;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.ingress.jobs.JobQuery.Place;
import dev.millrace.ingress.jobs.JobView.Candidate;
import dev.millrace.ingress.jobs.JobView.Fault;
import dev.millrace.ingress.jobs.JobView.RouteTaken;
import dev.millrace.ingress.jobs.JobView.TokenUsage;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import org.jspecify.annotations.Nullable;

/** The jobs table, which the ledger projects, with what each job cost. */
public final class PostgresJobs implements StoredJobs {
    private static final int TIMEOUT_SECONDS = 5;
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final TypeReference<Map<String, String>> TEXTS = new TypeReference<>() {};

    private static final String SELECT =
            """
            select job.job_id, job.status, job.created_at, job.completed_at, job.deadline_at,
                   job.output, job.finish_reason, job.lane, job.model,
                   job.input_tokens, job.cached_input_tokens, job.output_tokens, job.reasoning_tokens,
                   job.error_code, job.error_field, job.error_limit, job.error_detail,
                   job.decision::text as decision, job.metadata::text as metadata,
                   usage.cost_micros, usage.currency
            from jobs.job as job
            left join ledger.usage_event as usage on usage.job_id = job.job_id
            """;

    private static final String FIND =
            SELECT + "where job.job_id = :job_id and job.tenant = :tenant";

    private static final String FIND_ENDED =
            SELECT + "where job.job_id = any (:job_ids) and job.completed_at is not null";

    private static final String LIST =
            SELECT.replace("job.output,", "null::text as output,")
                    + """
                    where job.tenant = :tenant
                      and (:status::text is null or job.status = :status)
                      and (:lane::text is null or job.lane = :lane)
                      and (:from::timestamptz is null or job.created_at >= :from)
                      and (:until::timestamptz is null or job.created_at < :until)
                      and (:after::timestamptz is null or (job.created_at, job.job_id) < (:after, :after_id))
                    order by job.created_at desc, job.job_id desc
                    limit :most
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

    @Override
    public Map<String, JobView> findEnded(Collection<String> jobIds) {
        try {
            return jdbi.withHandle(
                    handle ->
                            handle
                                    .createQuery(FIND_ENDED)
                                    .setQueryTimeout(TIMEOUT_SECONDS)
                                    .bindArray("job_ids", String.class, List.copyOf(jobIds))
                                    .map((row, context) -> view(row))
                                    .stream()
                                    .collect(Collectors.toMap(JobView::id, job -> job)));
        } catch (JdbiException e) {
            throw new UnavailableException(e);
        }
    }

    @Override
    public JobPage list(String tenant, JobQuery query) {
        try {
            List<JobView> jobs = jdbi.withHandle(handle -> page(handle, tenant, query));
            boolean more = jobs.size() > query.limit();
            List<JobView> shown = more ? jobs.subList(0, query.limit()) : jobs;
            return new JobPage(
                    List.copyOf(shown), more, more ? cursor(shown.get(shown.size() - 1)) : null);
        } catch (JdbiException e) {
            throw new UnavailableException(e);
        }
    }

    /** One job more than asked for, which shows whether there are any. */
    private static List<JobView> page(Handle handle, String tenant, JobQuery query) {
        return handle.createQuery(LIST)
                .setQueryTimeout(TIMEOUT_SECONDS)
                .bind("tenant", tenant)
                .bind("status", query.status())
                .bind("lane", query.lane())
                .bind("from", at(query.from()))
                .bind("until", at(query.until()))
                .bind("after", at(query.after().map(Place::createdAt)))
                .bind("after_id", query.after().map(Place::id))
                .bind("most", query.limit() + 1)
                .map((row, context) -> view(row))
                .list();
    }

    private static @Nullable String cursor(JobView last) {
        Instant createdAt = last.createdAt();
        return createdAt == null ? null : new Place(createdAt, last.id()).cursor();
    }

    private static @Nullable OffsetDateTime at(Optional<Instant> moment) {
        return moment.map(instant -> instant.atOffset(ZoneOffset.UTC)).orElse(null);
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
                null,
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
