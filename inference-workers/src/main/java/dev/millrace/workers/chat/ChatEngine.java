package dev.millrace.workers.chat;

import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.openai.OpenAiChatModel;
import dev.langchain4j.model.openai.OpenAiStreamingChatModel;
import dev.millrace.workers.engine.Engine;
import dev.millrace.workers.engine.EngineResult;
import dev.millrace.workers.engine.EngineResult.Failed;
import dev.millrace.workers.engine.EngineResult.Stopped;
import dev.millrace.workers.engine.Prompt;
import dev.millrace.workers.engine.Spent;
import dev.millrace.workers.engine.StopSignal;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Consumer;

/**
 * A chat completions server through LangChain4j: whole answers, or a stream where the job asks for
 * one. It never retries by itself; what failed is said, and the classifier decides.
 */
public final class ChatEngine implements Engine {
    private final String model;
    private final URI baseUrl;
    private final Duration streamIdle;
    private final ProviderClient client;
    private final OpenAiChatModel whole;
    private final OpenAiStreamingChatModel streaming;
    private final ScheduledExecutorService timer =
            Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().daemon().name("chat-watchdog").factory());

    /**
     * @param baseUrl up to and with {@code /v1}
     * @param key asked at each call; empty where the server wants none
     * @param streamIdle how long a stream that has begun may say nothing
     */
    public ChatEngine(
            URI baseUrl,
            String model,
            Duration connectTimeout,
            Duration streamIdle,
            ApiKey key,
            Clock clock) {
        this.model = model;
        this.baseUrl = baseUrl;
        this.streamIdle = streamIdle;
        this.client = new ProviderClient(connectTimeout, () -> resolved(key), clock);
        FixedClient http = new FixedClient(client);
        this.whole =
                OpenAiChatModel.builder()
                        .httpClientBuilder(http)
                        .baseUrl(baseUrl.toString())
                        .modelName(model)
                        .maxRetries(0)
                        .build();
        this.streaming =
                OpenAiStreamingChatModel.builder()
                        .httpClientBuilder(http)
                        .baseUrl(baseUrl.toString())
                        .modelName(model)
                        .build();
    }

    /** Where the bearer key comes from. */
    @FunctionalInterface
    public interface ApiKey {
        /**
         * @throws Exception whose message names the reference of a missing key, never the key
         */
        Optional<String> get() throws Exception;
    }

    @Override
    public EngineResult run(Prompt prompt, Consumer<String> pieces, StopSignal stop) {
        ChatRequest request;
        try {
            request = ChatMessages.request(prompt, model, baseUrl);
        } catch (IllegalArgumentException e) {
            return new Failed(
                    "invalid_request",
                    Optional.of("messages"),
                    Optional.empty(),
                    "a message has no content",
                    Spent.NOTHING);
        }
        ChatCall call = new ChatCall(prompt, pieces, System::nanoTime);
        if (stop.isStopped()) {
            return new Stopped(Spent.NOTHING);
        }
        try (CallGuard guard = new CallGuard(streamIdle, timer, System::nanoTime);
                var registration = stop.onStop(guard::interrupt)) {
            Objects.requireNonNull(registration);
            return ScopedValue.where(CallGuard.CURRENT, guard)
                    .call(() -> attempt(prompt, call, request, stop, guard));
        }
    }

    private EngineResult attempt(
            Prompt prompt, ChatCall call, ChatRequest request, StopSignal stop, CallGuard guard) {
        try {
            if (prompt.stream()) {
                streaming.chat(request, call);
                return call.streamed(stop, guard);
            }
            return call.whole(whole.chat(request));
        } catch (RuntimeException e) {
            return call.failed(e, stop, guard);
        }
    }

    @Override
    public void close() {
        client.close();
        timer.shutdownNow();
    }

    private static Optional<String> resolved(ApiKey key) {
        try {
            return key.get();
        } catch (Exception e) {
            throw new MissingKeyException(String.valueOf(e.getMessage()), e);
        }
    }
}
