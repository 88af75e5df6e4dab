package dev.millrace.workers.chat;

import dev.millrace.catalog.EngineSpec;
import dev.millrace.workers.endpoint.Endpoints;
import dev.millrace.workers.endpoint.Endpoints.Place;
import dev.millrace.workers.endpoint.Seat;
import dev.millrace.workers.endpoint.Verdict;
import dev.millrace.workers.endpoint.Visit;
import dev.millrace.workers.engine.BreakerState;
import dev.millrace.workers.engine.Engine;
import dev.millrace.workers.engine.EngineResult;
import dev.millrace.workers.engine.EngineResult.Stopped;
import dev.millrace.workers.engine.EngineResult.Unavailable;
import dev.millrace.workers.engine.Prompt;
import dev.millrace.workers.engine.Spent;
import dev.millrace.workers.engine.StopSignal;
import dev.millrace.workers.engine.TokenCounts;
import dev.millrace.workers.provider.Adapter;
import dev.millrace.workers.provider.Adapters;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Consumer;

/**
 * Servers of models, whichever wire format they speak: an answer whole, or bit by bit where the job
 * asks for that, or embeddings. Where a server was not there or a key was turned away, the attempt
 * goes on at once with another. What else failed is said, and the classifier decides.
 */
public final class ChatEngine implements Engine {
    /** So that an attempt comes to an end where all of many keys are turned away. */
    private static final int MOST_SEATS = 16;

    private final Duration streamIdle;
    private final Endpoints endpoints;
    private final List<Adapter> servers;
    private final ProviderClient client;
    private final ScheduledExecutorService timer =
            Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().daemon().name("chat-watchdog").factory());

    /**
     * @param endpoints started; closed with the engine
     * @param streamIdle how long a stream that has begun may say nothing
     */
    public ChatEngine(EngineSpec.Chat spec, Endpoints endpoints, Duration streamIdle, Clock clock) {
        this(spec, endpoints, streamIdle, ProviderClient.MAX_ANSWER_BYTES, clock);
    }

    /**
     * @param maxAnswerBytes as they travel
     */
    public ChatEngine(
            EngineSpec.Chat spec,
            Endpoints endpoints,
            Duration streamIdle,
            long maxAnswerBytes,
            Clock clock) {
        this.streamIdle = streamIdle;
        this.endpoints = endpoints;
        this.client = new ProviderClient(spec, maxAnswerBytes, clock);
        FixedClient http = new FixedClient(client);
        this.servers = endpoints.urls().stream().map(url -> Adapters.of(spec, url, http)).toList();
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
            seat.end(verdict, tokens);
        }
    }

    private CallEnd guarded(Seat seat, Prompt prompt, Consumer<String> pieces, StopSignal stop) {
        Adapter server = servers.get(seat.server());
        ChatCall call = new ChatCall(prompt, pieces, System::nanoTime);
        try (CallGuard guard = new CallGuard(streamIdle, timer, System::nanoTime);
                var registration = stop.onStop(guard::interrupt)) {
            Objects.requireNonNull(registration);
            return ScopedValue.where(CallGuard.CURRENT, guard)
                    .where(ProviderClient.KEY, seat.key())
                    .call(() -> made(server, prompt, call, stop, guard));
        }
    }

    private static CallEnd made(
            Adapter server, Prompt prompt, ChatCall call, StopSignal stop, CallGuard guard) {
        try {
            if (prompt.extras().isEmbedding()) {
                return call.embedded(server.embed(prompt));
            }
            server.chat(prompt, call);
            return call.ended(stop, guard);
        } catch (RuntimeException e) {
            return call.failed(e, stop, guard);
        }
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
