package dev.millrace.workers.chat;

import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.openai.OpenAiTokenUsage;
import dev.langchain4j.model.output.TokenUsage;
import dev.millrace.workers.endpoint.Verdict;
import dev.millrace.workers.engine.EngineResult.Completed;
import dev.millrace.workers.engine.EngineResult.Stopped;
import dev.millrace.workers.engine.EngineResult.Transient;
import dev.millrace.workers.engine.Prompt;
import dev.millrace.workers.engine.Spent;
import dev.millrace.workers.engine.StopSignal;
import dev.millrace.workers.engine.StopSignal.Reason;
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
    CallEnd whole(ChatResponse complete) {
        String answer = Objects.requireNonNullElse(complete.aiMessage().text(), "");
        return CallEnd.answered(
                new Completed(
                        answer,
                        ChatMessages.finishReason(complete.finishReason()),
                        Spent.whole(counts(complete.tokenUsage(), answer), elapsedMs()),
                        Optional.ofNullable(complete.modelName())));
    }

    /**
     * The end of a stream. A stream without a finish reason broke off, though the library calls it
     * complete.
     */
    CallEnd streamed(StopSignal stop, CallGuard guard) {
        if (error != null) {
            return failed(error, stop, guard);
        }
        if (response == null || response.finishReason() == null) {
            return stop.isStopped()
                    ? stopped(stop)
                    : broken("stream_truncated", "the stream ended before the answer did");
        }
        TokenCounts tokens = counts(response.tokenUsage(), text.toString());
        return CallEnd.answered(
                new Completed(
                        text.toString(),
                        ChatMessages.finishReason(response.finishReason()),
                        new Spent(tokens, firstTokenMs, elapsedMs()),
                        Optional.ofNullable(response.modelName())));
    }

    CallEnd failed(Throwable failure, StopSignal stop, CallGuard guard) {
        if (stop.isStopped()) {
            return stopped(stop);
        }
        return guard.isStalled()
                ? broken("stream_stalled", "the stream said nothing for too long")
                : withWhatItCost(ProviderFault.of(failure));
    }

    /** What came before a stream broke off has to be paid for. */
    private CallEnd withWhatItCost(CallEnd end) {
        return !text.isEmpty() && end.result() instanceof Transient broken
                ? new CallEnd(
                        new Transient(broken.code(), broken.detail(), broken.retryAfter(), soFar()),
                        end.verdict())
                : end;
    }

    /** Only that it took too long is the server's fault. */
    private CallEnd stopped(StopSignal stop) {
        boolean tooLong = stop.reason().equals(Optional.of(Reason.ATTEMPT_TIMEOUT));
        return new CallEnd(
                new Stopped(soFar()), tooLong ? new Verdict.Failed() : new Verdict.Undecided());
    }

    private CallEnd broken(String code, String detail) {
        return CallEnd.failed(new Transient(code, detail, Optional.empty(), soFar()));
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
