package dev.millrace.ingress.http;

import dev.millrace.catalog.Tenant;
import dev.millrace.ingress.Answer;
import dev.millrace.ingress.CancelAnswer;
import dev.millrace.ingress.IngressFlow;
import dev.millrace.ingress.IngressMetrics;
import dev.millrace.ingress.http.JobBody.BadBodyException;
import dev.millrace.ingress.jobs.JobView;
import dev.millrace.ingress.jobs.StoredJobs;
import dev.millrace.kit.telemetry.Hop;
import dev.millrace.kit.telemetry.TelemetryNames;
import dev.millrace.kit.telemetry.Tracing;
import dev.millrace.v1.InferenceJob;
import dev.millrace.v1.JobError;
import io.micronaut.http.HttpHeaders;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.HttpStatus;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.PathVariable;
import io.micronaut.http.annotation.Post;
import io.micronaut.http.annotation.RequestAttribute;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import java.net.URI;
import java.util.Optional;

/**
 * The Jobs API. Each request has a virtual thread of its own, which waits where there is something
 * to wait for.
 */
@Controller("/v1/jobs")
@ExecuteOn(TaskExecutors.BLOCKING)
final class JobsController {
    private final IngressFlow flow;
    private final BodyBudget budget;
    private final IngressMetrics metrics;
    private final Tracing tracing;

    JobsController(IngressFlow flow, BodyBudget budget, IngressMetrics metrics, Tracing tracing) {
        this.flow = flow;
        this.budget = budget;
        this.metrics = metrics;
        this.tracing = tracing;
    }

    @Post(consumes = MediaType.APPLICATION_JSON)
    HttpResponse<?> post(
            @RequestAttribute(ApiKeyFilter.TENANT) Tenant tenant, HttpRequest<byte[]> request) {
        try (Hop hop =
                tracing.begin(
                        Hop.Kind.SERVER,
                        TelemetryNames.SPAN_POST_JOB,
                        RequestHeaders.trace(request.getHeaders()))) {
            hop.set(TelemetryNames.HTTP_METHOD, "POST")
                    .set(TelemetryNames.HTTP_ROUTE, "/v1/jobs")
                    .set(TelemetryNames.URL_SCHEME, "http")
                    .set(TelemetryNames.TENANT, tenant.name());
            HttpResponse<?> response = take(tenant, request, hop);
            hop.set(TelemetryNames.HTTP_STATUS, response.code());
            if (response.code() >= 500) {
                hop.failed(Integer.toString(response.code()));
            }
            return response;
        }
    }

    private HttpResponse<?> take(Tenant tenant, HttpRequest<byte[]> request, Hop hop) {
        byte[] bytes = request.getBody().orElseGet(() -> new byte[0]);
        HttpHeaders headers = request.getHeaders();
        try (BodyBudget.Share share = budget.take(bytes.length)) {
            if (!share.granted()) {
                return Problems.later(HttpStatus.SERVICE_UNAVAILABLE, Problems.busy());
            }
            InferenceJob job = JobBody.read(bytes, RequestHeaders.idempotencyKey(headers));
            return respond(flow.submit(tenant, job, hop.context()), hop);
        } catch (BadBodyException e) {
            metrics.refused(e.error().getCode());
            return Problems.of(HttpStatus.BAD_REQUEST, e.error());
        }
    }

    @Get
    HttpResponse<?> list(
            @RequestAttribute(ApiKeyFilter.TENANT) Tenant tenant, HttpRequest<?> request) {
        try {
            return HttpResponse.ok(flow.list(tenant, JobListing.read(request.getParameters())));
        } catch (BadBodyException e) {
            return Problems.of(HttpStatus.BAD_REQUEST, e.error());
        } catch (StoredJobs.UnavailableException e) {
            return Problems.later(HttpStatus.SERVICE_UNAVAILABLE, Problems.databaseDown());
        }
    }

    @Get("/{id}")
    HttpResponse<?> get(
            @RequestAttribute(ApiKeyFilter.TENANT) Tenant tenant, @PathVariable String id) {
        try {
            Optional<JobView> job = flow.show(tenant, id);
            return job.isPresent()
                    ? HttpResponse.ok(job.get())
                    : Problems.of(HttpStatus.NOT_FOUND, Problems.notFound());
        } catch (StoredJobs.UnavailableException e) {
            return Problems.later(HttpStatus.SERVICE_UNAVAILABLE, Problems.databaseDown());
        }
    }

    @Post(uri = "/{id}/cancel", consumes = MediaType.ALL)
    HttpResponse<?> cancel(
            @RequestAttribute(ApiKeyFilter.TENANT) Tenant tenant,
            @PathVariable String id,
            HttpRequest<?> request) {
        try {
            return switch (flow.cancel(tenant, id, RequestHeaders.trace(request.getHeaders()))) {
                case CancelAnswer.Asked(JobView job) -> HttpResponse.accepted().body(job);
                case CancelAnswer.Ended(JobView job) -> HttpResponse.ok(job);
                case CancelAnswer.Unknown unknown ->
                        Problems.of(HttpStatus.NOT_FOUND, Problems.notFound());
                case CancelAnswer.Unreachable unreachable ->
                        Problems.later(
                                HttpStatus.SERVICE_UNAVAILABLE, Problems.cancelUnconfirmed());
            };
        } catch (StoredJobs.UnavailableException e) {
            return Problems.later(HttpStatus.SERVICE_UNAVAILABLE, Problems.databaseDown());
        }
    }

    private HttpResponse<?> respond(Answer answer, Hop hop) {
        return switch (answer) {
            case Answer.Taken(JobView job) -> {
                metrics.accepted();
                hop.set(TelemetryNames.JOB, job.id());
                yield HttpResponse.accepted(URI.create("/v1/jobs/" + job.id())).body(job);
            }
            case Answer.Refused(JobError error) -> refuse(HttpStatus.BAD_REQUEST, error);
            case Answer.Conflict(JobError error) -> refuse(HttpStatus.CONFLICT, error);
            case Answer.OverBudget(JobError error) -> refuse(HttpStatus.PAYMENT_REQUIRED, error);
            case Answer.TooMany(JobError error) -> {
                metrics.refused(error.getCode());
                yield Problems.later(HttpStatus.TOO_MANY_REQUESTS, error);
            }
            case Answer.Unreachable(boolean perhapsAccepted) -> {
                metrics.unreachable();
                yield Problems.later(
                        HttpStatus.SERVICE_UNAVAILABLE, Problems.unreachable(perhapsAccepted));
            }
        };
    }

    private HttpResponse<?> refuse(HttpStatus status, JobError error) {
        metrics.refused(error.getCode());
        return Problems.of(status, error);
    }
}
