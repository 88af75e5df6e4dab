package dev.millrace.ingress.openai;

import dev.millrace.catalog.Tenant;
import dev.millrace.ingress.Attended;
import dev.millrace.ingress.IngressFlow;
import dev.millrace.ingress.IngressMetrics;
import dev.millrace.ingress.IngressSettings;
import dev.millrace.ingress.http.ApiKeyFilter;
import dev.millrace.ingress.http.BodyBudget;
import dev.millrace.ingress.http.Connection;
import dev.millrace.ingress.http.EventOutlet;
import dev.millrace.ingress.http.JobBody.BadBodyException;
import dev.millrace.ingress.http.Problems;
import dev.millrace.ingress.http.RequestHeaders;
import dev.millrace.ingress.jobs.JobView;
import dev.millrace.ingress.waiting.Ending;
import dev.millrace.ingress.waiting.JobWait;
import dev.millrace.kit.telemetry.Hop;
import dev.millrace.kit.telemetry.TelemetryNames;
import dev.millrace.kit.telemetry.TraceContext;
import dev.millrace.kit.telemetry.Tracing;
import dev.millrace.v1.TokenChunk;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.HttpStatus;
import io.micronaut.http.MediaType;
import io.micronaut.http.MutableHttpResponse;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Post;
import io.micronaut.http.annotation.RequestAttribute;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import jakarta.inject.Named;
import java.time.Clock;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Chat completions: a job whose caller stays until its end. A thread is held only until admission
 * has spoken; who waits after that is an entry in a map.
 */
@Controller("/v1/chat/completions")
@ExecuteOn(TaskExecutors.BLOCKING)
final class ChatController {
    private final IngressFlow flow;
    private final BodyBudget budget;
    private final IngressMetrics metrics;
    private final IngressSettings settings;
    private final Tracing tracing;
    private final Clock clock;
    private final ExecutorService threads;

    ChatController(
            IngressFlow flow,
            BodyBudget budget,
            IngressMetrics metrics,
            IngressSettings settings,
            Tracing tracing,
            Clock clock,
            @Named(TaskExecutors.BLOCKING) ExecutorService threads) {
        this.flow = flow;
        this.budget = budget;
        this.metrics = metrics;
        this.settings = settings;
        this.tracing = tracing;
        this.clock = clock;
        this.threads = threads;
    }

    /** One caller: who it is, how it can be reached, and how it is traced. */
    private record Caller(
            Tenant tenant, Connection connection, boolean keyed, TraceContext trace) {}

    @Post(consumes = MediaType.APPLICATION_JSON)
    CompletableFuture<MutableHttpResponse<?>> post(
            @RequestAttribute(ApiKeyFilter.TENANT) Tenant tenant, HttpRequest<byte[]> request) {
        Hop hop =
                tracing.begin(
                                Hop.Kind.SERVER,
                                TelemetryNames.SPAN_POST_JOB,
                                RequestHeaders.trace(request.getHeaders()))
                        .set(TelemetryNames.HTTP_METHOD, "POST")
                        .set(TelemetryNames.HTTP_ROUTE, "/v1/chat/completions")
                        .set(TelemetryNames.URL_SCHEME, "http")
                        .set(TelemetryNames.TENANT, tenant.name());
        return take(tenant, request, hop.context())
                .whenComplete(
                        (response, failure) -> {
                            int status = response == null ? 500 : response.code();
                            hop.set(TelemetryNames.HTTP_STATUS, status);
                            if (status >= 500) {
                                hop.failed(Integer.toString(status));
                            }
                            hop.close();
                        });
    }

    private CompletableFuture<MutableHttpResponse<?>> take(
            Tenant tenant, HttpRequest<byte[]> request, TraceContext trace) {
        byte[] bytes = request.getBody().orElseGet(() -> new byte[0]);
        try (BodyBudget.Share share = budget.take(bytes.length)) {
            if (!share.granted()) {
                return now(ApiErrors.of(HttpStatus.SERVICE_UNAVAILABLE, Problems.busy()));
            }
            ChatRequest asked =
                    ChatBody.read(bytes, RequestHeaders.idempotencyKey(request.getHeaders()));
            boolean keyed = asked.job().getIdempotencyKey().isPresent();
            Caller caller = new Caller(tenant, Connection.of(request), keyed, trace);
            return asked.stream() ? now(stream(asked, caller)) : whole(asked, caller);
        } catch (BadBodyException e) {
            metrics.refused(e.error().getCode());
            return now(ApiErrors.of(HttpStatus.BAD_REQUEST, e.error()));
        }
    }

    private CompletableFuture<MutableHttpResponse<?>> whole(ChatRequest asked, Caller caller) {
        return switch (attend(asked, caller, chunk -> {})) {
            case Attended.Waiting(JobWait wait) -> {
                Runnable taken = caller.connection().whenClosed(() -> gone(caller, wait));
                yield limited(wait)
                        .thenApplyAsync(
                                ending -> {
                                    taken.run();
                                    return respond(asked, wait, ending);
                                },
                                threads);
            }
            case Attended.Turned turned -> now(refuse(turned));
            case Attended.Full full -> now(full());
        };
    }

    private MutableHttpResponse<?> stream(ChatRequest asked, Caller caller) {
        CompletableFuture<JobWait> waiting = new CompletableFuture<>();
        EventOutlet outlet =
                new EventOutlet(
                        () -> waiting.thenAcceptAsync(wait -> gone(caller, wait), threads),
                        caller.connection()::cut);
        ChatStream stream =
                new ChatStream(
                        outlet,
                        new ChatStream.Head(
                                clock.instant().getEpochSecond(), asked.job().getModel()),
                        asked.includeUsage(),
                        () -> waiting.thenAccept(JobWait::leave));
        return switch (attend(asked, caller, stream::piece)) {
            case Attended.Waiting(JobWait wait) -> {
                stream.begin(wait.jobId());
                waiting.complete(wait);
                limited(wait).thenAcceptAsync(end -> stream.end(wait.jobId(), end), threads);
                yield named(HttpResponse.ok(outlet.body()), wait)
                        .contentType(EventOutlet.MEDIA_TYPE)
                        .header("Cache-Control", "no-cache");
            }
            case Attended.Turned turned -> {
                outlet.close();
                yield refuse(turned);
            }
            case Attended.Full full -> {
                outlet.close();
                yield full();
            }
        };
    }

    private Attended attend(ChatRequest asked, Caller caller, Consumer<TokenChunk> pieces) {
        return flow.attend(caller.tenant(), asked.job(), caller.trace(), pieces);
    }

    private CompletableFuture<Ending> limited(JobWait wait) {
        metrics.accepted();
        return wait.ending()
                .completeOnTimeout(
                        new Ending.StillOpen(),
                        settings.waitLimit().toMillis(),
                        TimeUnit.MILLISECONDS);
    }

    private MutableHttpResponse<?> respond(ChatRequest asked, JobWait wait, Ending ending) {
        return switch (ending) {
            case Ending.Result(JobView job) when job.status().equals("succeeded") ->
                    named(
                            HttpResponse.ok(
                                            Completions.whole(job, asked.job().getModel())
                                                    .toString())
                                    .contentType(MediaType.APPLICATION_JSON_TYPE),
                            wait);
            case Ending.Result(JobView job) -> named(ApiErrors.of(job), wait);
            case Ending.Turned(var answer) -> refuse(new Attended.Turned(answer));
            case Ending.StillOpen open -> named(ApiErrors.stillOpen(wait.jobId()), wait);
        };
    }

    /**
     * A caller that goes away frees what it held here. Without an idempotency key nobody can ask
     * for the answer again, so its job is stopped too.
     */
    private void gone(Caller caller, JobWait wait) {
        if (wait.ending().isDone()) {
            return;
        }
        wait.leave();
        metrics.left();
        if (!caller.keyed()) {
            threads.execute(() -> flow.cancel(caller.tenant(), wait.jobId(), caller.trace()));
        }
    }

    private MutableHttpResponse<?> refuse(Attended.Turned turned) {
        Refusals.Refusal refusal = Refusals.of(turned.answer());
        metrics.refused(refusal.error().getCode());
        return ApiErrors.of(refusal.status(), refusal.error());
    }

    private MutableHttpResponse<?> full() {
        metrics.refused(Problems.busy().getCode());
        return ApiErrors.of(HttpStatus.SERVICE_UNAVAILABLE, Problems.busy());
    }

    private static <T> MutableHttpResponse<T> named(MutableHttpResponse<T> response, JobWait wait) {
        return response.header("x-millrace-job", wait.jobId());
    }

    private static CompletableFuture<MutableHttpResponse<?>> now(MutableHttpResponse<?> response) {
        return CompletableFuture.completedFuture(response);
    }
}
