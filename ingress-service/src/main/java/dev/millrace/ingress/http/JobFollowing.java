package dev.millrace.ingress.http;

import dev.millrace.catalog.Tenant;
import dev.millrace.ingress.IngressFlow;
import dev.millrace.ingress.IngressMetrics;
import dev.millrace.ingress.IngressSettings;
import dev.millrace.ingress.jobs.StoredJobs;
import dev.millrace.ingress.waiting.Ending;
import dev.millrace.ingress.waiting.JobWait;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.HttpStatus;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.PathVariable;
import io.micronaut.http.annotation.RequestAttribute;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.micronaut.serde.ObjectMapper;
import jakarta.inject.Named;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * A job's live events. Leaving changes nothing about the job; coming back with {@code
 * Last-Event-ID} goes on after it.
 */
@Controller("/v1/jobs/{id}/events")
@ExecuteOn(TaskExecutors.BLOCKING)
final class JobFollowing {
    private static final int MAX_EVENT_ID = 64;

    private final IngressFlow flow;
    private final IngressSettings settings;
    private final IngressMetrics metrics;
    private final ObjectMapper json;
    private final ExecutorService threads;

    JobFollowing(
            IngressFlow flow,
            IngressSettings settings,
            IngressMetrics metrics,
            ObjectMapper json,
            @Named(TaskExecutors.BLOCKING) ExecutorService threads) {
        this.flow = flow;
        this.settings = settings;
        this.metrics = metrics;
        this.json = json;
        this.threads = threads;
    }

    @Get
    HttpResponse<?> follow(
            @RequestAttribute(ApiKeyFilter.TENANT) Tenant tenant,
            @PathVariable String id,
            HttpRequest<?> request) {
        String last =
                request.getHeaders()
                        .findFirst("Last-Event-ID")
                        .filter(text -> text.length() <= MAX_EVENT_ID)
                        .orElse("");
        if (last.equals(JobEventStream.LAST)) {
            // what tells a browser not to come back
            return HttpResponse.noContent();
        }
        CompletableFuture<JobWait> waiting = new CompletableFuture<>();
        EventOutlet outlet =
                new EventOutlet(
                        () -> waiting.thenAcceptAsync(this::left, threads),
                        Connection.of(request)::cut);
        JobEventStream stream = new JobEventStream(outlet, json, JobEventStream.Seen.of(last));
        try {
            Optional<IngressFlow.Followed> job = flow.follow(tenant, id, stream::piece);
            if (job.isEmpty()) {
                outlet.close();
                return Problems.of(HttpStatus.NOT_FOUND, Problems.notFound());
            }
            Optional<JobWait> wait = job.get().open();
            if (wait.isEmpty()) {
                outlet.close();
                return Problems.later(HttpStatus.SERVICE_UNAVAILABLE, Problems.busy());
            }
            stream.begin(job.get().job());
            waiting.complete(wait.get());
            wait.get()
                    .ending()
                    .completeOnTimeout(
                            new Ending.StillOpen(),
                            settings.waitLimit().toMillis(),
                            TimeUnit.MILLISECONDS)
                    .thenAcceptAsync(stream::end, threads);
            return HttpResponse.ok(outlet.body())
                    .contentType(EventOutlet.MEDIA_TYPE)
                    .header("Cache-Control", "no-cache");
        } catch (StoredJobs.UnavailableException e) {
            outlet.close();
            return Problems.later(HttpStatus.SERVICE_UNAVAILABLE, Problems.databaseDown());
        }
    }

    private void left(JobWait wait) {
        if (!wait.ending().isDone()) {
            wait.leave();
            metrics.left();
        }
    }
}
