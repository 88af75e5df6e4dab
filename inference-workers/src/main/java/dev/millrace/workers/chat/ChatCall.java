package dev.millrace.workers.chat;

import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.openai.OpenAiTokenUsage;
import dev.langchain4j.model.output.TokenUsage;
import dev.millrace.workers.engine.EngineResult;
import dev.millrace.workers.engine.EngineResult.Completed;
import dev.millrace.workers.engine.EngineResult.Stopped;
import dev.millrace.workers.engine.EngineResult.Transient;
import dev.millrace.workers.engine.Prompt;
import dev.millrace.workers.engine.Spent;
import dev.millrace.workers.engine.StopSignal;
import dev.millrace.workers.engine.TokenCounts;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One call: what has come of it so far, and what it comes to in the end. Everything on the calling
 * thread.
 */
final class ChatCall implements StreamingChatResponseHandler {
    private final Prompt prompt;
    private final Consumer<String> pieces;
    private final LongSupplier nanoTime;
    private final long start;
    private final StringBuilder text = new StringBuilder();
    private long firstTokenMs;
    private @Nullable ChatResponse response;
    private @Nullable Throwable error;

    ChatCall(Prompt prompt, Consumer<String> pieces, LongSupplier nanoTime) {
        this.prompt = prompt;
        this.pieces = pieces;
        this.nanoTime = nanoTime;
        this.start = nanoTime.getAsLong();
    }

    @Override
    public void onPartialResponse(String piece) {
        if (text.isEmpty()) {
            firstTokenMs = elapsedMs();
        }
        text.append(piece);
        pieces.accept(piece);
    }

    @Override
    public void onCompleteResponse(ChatResponse complete) {
        response = complete;
    }

    @Override
    public void onError(Throwable failure) {
        if (error == null) {
            error = failure;
        }
    }

    /** The end of a call whose answer came in one piece. */
    EngineResult whole(ChatResponse complete) {
        String answer = Objects.requireNonNullElse(complete.aiMessage().text(), "");
        return new Completed(
                answer,
                ChatMessages.finishReason(complete.finishReason()),
                Spent.whole(counts(complete.tokenUsage(), answer), elapsedMs()),
                Optional.ofNullable(complete.modelName()));
    }

    /**
     * The end of a stream. A stream without a finish reason broke off, though the library calls it
     * complete.
     */
    EngineResult streamed(StopSignal stop, CallGuard guard) {
        if (error != null) {
            return failed(error, stop, guard);
        }
        if (response == null || response.finishReason() == null) {
            return stop.isStopped()
                    ? new Stopped(soFar())
                    : new Transient(
                            "stream_truncated",
                            "the stream ended before the answer did",
                            Optional.empty(),
                            soFar());
        }
        TokenCounts tokens = counts(response.tokenUsage(), text.toString());
        return new Completed(
                text.toString(),
                ChatMessages.finishReason(response.finishReason()),
                new Spent(tokens, firstTokenMs, elapsedMs()),
                Optional.ofNullable(response.modelName()));
    }

    EngineResult failed(Throwable failure, StopSignal stop, CallGuard guard) {
        if (stop.isStopped()) {
            return new Stopped(soFar());
        }
        if (guard.isStalled()) {
            return new Transient(
                    "stream_stalled",
                    "the stream said nothing for too long",
                    Optional.empty(),
                    soFar());
        }
        return ProviderFault.of(failure);
    }

    /** An estimate: a call that was cut short reports no usage. */
    private Spent soFar() {
        return new Spent(
                TokenCounts.estimated(prompt.messages(), text.toString()),
                firstTokenMs,
                elapsedMs());
    }

    private TokenCounts counts(@Nullable TokenUsage usage, String answer) {
        if (usage == null || usage.inputTokenCount() == null || usage.outputTokenCount() == null) {
            return TokenCounts.estimated(prompt.messages(), answer);
        }
        long cached = 0;
        long reasoning = 0;
        if (usage instanceof OpenAiTokenUsage details) {
            cached =
                    details.inputTokensDetails() == null
                            ? 0
                            : orZero(details.inputTokensDetails().cachedTokens());
            reasoning =
                    details.outputTokensDetails() == null
                            ? 0
                            : orZero(details.outputTokensDetails().reasoningTokens());
        }
        return TokenCounts.reported(
                usage.inputTokenCount(), cached, usage.outputTokenCount(), reasoning);
    }

    private static int orZero(@Nullable Integer count) {
        return count == null ? 0 : count;
    }

    private long elapsedMs() {
        return TimeUnit.NANOSECONDS.toMillis(nanoTime.getAsLong() - start);
    }
}
