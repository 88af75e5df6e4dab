package dev.millrace.workers.chat;

import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.openai.OpenAiChatModel;
import dev.langchain4j.model.openai.OpenAiStreamingChatModel;
import dev.millrace.catalog.EngineSpec;
import dev.millrace.workers.endpoint.Endpoints;
import dev.millrace.workers.endpoint.Endpoints.Place;
import dev.millrace.workers.endpoint.Seat;
import dev.millrace.workers.endpoint.Verdict;
import dev.millrace.workers.endpoint.Visit;
import dev.millrace.workers.engine.BreakerState;
import dev.millrace.workers.engine.Engine;
import dev.millrace.workers.engine.EngineResult;
import dev.millrace.workers.engine.EngineResult.Failed;
import dev.millrace.workers.engine.EngineResult.Stopped;
import dev.millrace.workers.engine.EngineResult.Unavailable;
import dev.millrace.workers.engine.Prompt;
import dev.millrace.workers.engine.Spent;
import dev.millrace.workers.engine.StopSignal;
import dev.millrace.workers.engine.TokenCounts;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Consumer;

/**
 * Chat completions servers through LangChain4j: whole answers, or a stream where the job asks for
 * one. Where a server was not there or a key was turned away, the attempt goes on at once with
 * another. What else failed is said, and the classifier decides.
 */
public final class ChatEngine implements Engine {
    /** So that an attempt comes to an end where all of many keys are turned away. */
    private static final int MOST_SEATS = 16;

    private final String model;
    private final Duration streamIdle;
    private final Endpoints endpoints;
    private final List<Server> servers;
    private final ProviderClient client;
    private final ScheduledExecutorService timer =
            Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().daemon().name("chat-watchdog").factory());

    /** LangChain4j's view of one server. */
    private record Server(URI baseUrl, OpenAiChatModel whole, OpenAiStreamingChatModel streaming) {}

    /**
     * @param endpoints started; closed with the engine
     * @param streamIdle how long a stream that has begun may say nothing
     */
    public ChatEngine(EngineSpec.Chat spec, Endpoints endpoints, Duration streamIdle, Clock clock) {
        this.model = spec.model();
        this.streamIdle = streamIdle;
        this.endpoints = endpoints;
        this.client = new ProviderClient(spec.connectTimeout(), clock);
        this.servers = endpoints.urls().stream().map(this::server).toList();
    }

    private Server server(URI baseUrl) {
        FixedClient http = new FixedClient(client);
        return new Server(
                baseUrl,
                OpenAiChatModel.builder()
                        .httpClientBuilder(http)
                        .baseUrl(baseUrl.toString())
                        .modelName(model)
                        .maxRetries(0)
                        .build(),
                OpenAiStreamingChatModel.builder()
                        .httpClientBuilder(http)
                        .baseUrl(baseUrl.toString())
                        .modelName(model)
                        .build());
    }

    @Override
    public EngineResult run(Prompt prompt, Consumer<String> pieces, StopSignal stop) {
        Visit visit = endpoints.visit();
        Optional<EngineResult> best = Optional.empty();
        while (visit.seats() < MOST_SEATS && !stop.isStopped()) {
            switch (visit.next()) {
                case Place.None none -> {
                    return best.orElseGet(() -> new Unavailable(none.code(), none.detail()));
                }
                case Place.Free free -> {
                    CallEnd end = call(free.seat(), prompt, pieces, stop);
                    if (!end.isWorthAnotherSeat()) {
                        return end.result();
                    }
                    best = Optional.of(better(best, end.result()));
                }
            }
        }
        return stop.isStopped()
                ? new Stopped(Spent.NOTHING)
                : best.orElseThrow(() -> new IllegalStateException("no seat was ever tried"));
    }

    /** What may work later here says more than that another lane might do it. */
    private static EngineResult better(Optional<EngineResult> before, EngineResult now) {
        return before.filter(
                        result -> now instanceof Unavailable || result.getClass() == now.getClass())
                .orElse(now);
    }

    private CallEnd call(Seat seat, Prompt prompt, Consumer<String> pieces, StopSignal stop) {
        Verdict verdict = new Verdict.Undecided();
        TokenCounts tokens = TokenCounts.NONE;
        try {
            CallEnd end = guarded(seat, prompt, pieces, stop);
            verdict = end.verdict();
            tokens = end.result().spent().tokens();
            return end;
        } finally {
            seat.end(verdict, tokens.input(), tokens.output());
        }
    }

    private CallEnd guarded(Seat seat, Prompt prompt, Consumer<String> pieces, StopSignal stop) {
        Server server = servers.get(seat.server());
        ChatRequest request;
        try {
            request = ChatMessages.request(prompt, model, server.baseUrl());
        } catch (IllegalArgumentException e) {
            return new CallEnd(noContent(), new Verdict.Undecided());
        }
        ChatCall call = new ChatCall(prompt, pieces, System::nanoTime);
        try (CallGuard guard = new CallGuard(streamIdle, timer, System::nanoTime);
                var registration = stop.onStop(guard::interrupt)) {
            Objects.requireNonNull(registration);
            return ScopedValue.where(CallGuard.CURRENT, guard)
                    .where(ProviderClient.KEY, seat.key())
                    .call(() -> made(server, prompt, call, request, stop, guard));
        }
    }

    private static CallEnd made(
            Server server,
            Prompt prompt,
            ChatCall call,
            ChatRequest request,
            StopSignal stop,
            CallGuard guard) {
        try {
            if (prompt.stream()) {
                server.streaming().chat(request, call);
                return call.streamed(stop, guard);
            }
            return call.whole(server.whole().chat(request));
        } catch (RuntimeException e) {
            return call.failed(e, stop, guard);
        }
    }

    private static Failed noContent() {
        return new Failed(
                "invalid_request",
                Optional.of("messages"),
                Optional.empty(),
                "a message has no content",
                Spent.NOTHING);
    }

    @Override
    public BreakerState breaker() {
        return endpoints.worst();
    }

    @Override
    public Optional<String> trouble() {
        return endpoints.trouble();
    }

    @Override
    public void close() {
        endpoints.close();
        client.close();
        timer.shutdownNow();
    }
}
