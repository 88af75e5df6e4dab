package dev.millrace.ingress.http;

import dev.millrace.ingress.http.JobBody.BadBodyException;
import dev.millrace.ingress.jobs.JobQuery;
import dev.millrace.ingress.jobs.JobQuery.Place;
import dev.millrace.v1.JobError;
import io.micronaut.http.HttpParameters;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The parameters of {@code GET /v1/jobs}, read as strictly as a body. */
final class JobListing {
    private static final int USUAL = 20;
    private static final int MOST = 100;
    private static final List<String> STATUSES =
            List.of("queued", "running", "succeeded", "failed", "rejected", "expired", "cancelled");
    private static final Set<String> NAMES =
            Set.of("status", "lane", "created_from", "created_until", "cursor", "limit");

    /**
     * Reads a query.
     *
     * @throws BadBodyException names the parameter that is wrong
     */
    static JobQuery read(HttpParameters parameters) throws BadBodyException {
        for (String name : parameters.names()) {
            if (!NAMES.contains(name)) {
                throw wrong(
                        "unknown_field", name, String.join(", ", NAMES.stream().sorted().toList()));
            }
        }
        Optional<String> status = parameters.getFirst("status");
        if (status.isPresent() && !STATUSES.contains(status.get())) {
            throw wrong("invalid_status", "status", String.join(", ", STATUSES));
        }
        Optional<String> cursor = parameters.getFirst("cursor");
        Optional<Place> after = cursor.flatMap(Place::of);
        if (cursor.isPresent() && after.isEmpty()) {
            throw wrong("invalid_cursor", "cursor", "a page's next_cursor");
        }
        return new JobQuery(
                status,
                parameters.getFirst("lane"),
                moment(parameters, "created_from"),
                moment(parameters, "created_until"),
                after,
                limit(parameters));
    }

    private static int limit(HttpParameters parameters) throws BadBodyException {
        try {
            int limit = parameters.getFirst("limit").map(Integer::parseInt).orElse(USUAL);
            if (limit >= 1 && limit <= MOST) {
                return limit;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw wrong("invalid_limit", "limit", "1.." + MOST);
    }

    private static Optional<Instant> moment(HttpParameters parameters, String name)
            throws BadBodyException {
        try {
            return parameters.getFirst(name).map(text -> OffsetDateTime.parse(text).toInstant());
        } catch (DateTimeException e) {
            throw wrong("invalid_moment", name, "a moment such as 2026-01-02T03:04:05Z");
        }
    }

    private static BadBodyException wrong(String code, String field, String limit) {
        return new BadBodyException(
                new JobError(code, field, limit, "the parameter cannot be understood"));
    }

    private JobListing() {}
}
