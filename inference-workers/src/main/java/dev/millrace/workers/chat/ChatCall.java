package dev.millrace.workers.chat;

import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.CompleteToolCall;
import dev.langchain4j.model.chat.response.PartialToolCall;
import dev.langchain4j.model.output.FinishReason;
import dev.millrace.v1.ToolCall;
import dev.millrace.workers.endpoint.Verdict;
import dev.millrace.workers.engine.EngineResult.Completed;
import dev.millrace.workers.engine.EngineResult.Stopped;
import dev.millrace.workers.engine.EngineResult.Transient;
import dev.millrace.workers.engine.Prompt;
import dev.millrace.workers.engine.Spent;
import dev.millrace.workers.engine.StopSignal;
import dev.millrace.workers.engine.StopSignal.Reason;
import dev.millrace.workers.engine.TokenCounts;
import dev.millrace.workers.provider.Answer;
import dev.millrace.workers.provider.Counts;
import dev.millrace.workers.provider.Vectors;
import java.util.ArrayList;
import java.util.List;
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
final class ChatCall implements Answer {
    private final Prompt prompt;
    private final Consumer<String> pieces;
    private final LongSupplier nanoTime;
    private final long start;
    private final StringBuilder text = new StringBuilder();
    private boolean begun;
    private long firstTokenMs;
    private boolean inOnePiece;
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
        begin();
        text.append(piece);
        if (prompt.stream()) {
            pieces.accept(piece);
        }
    }

    @Override
    public void onPartialToolCall(PartialToolCall call) {
        begin();
    }

    @Override
    public void onCompleteToolCall(CompleteToolCall call) {
        begin();
    }

    private void begin() {
        if (!begun) {
            begun = true;
            firstTokenMs = elapsedMs();
        }
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

    @Override
    public void whole(ChatResponse complete) {
        inOnePiece = true;
        response = complete;
    }

    /** The end of a call that made embeddings. */
    CallEnd embedded(Vectors vectors) {
        TokenCounts tokens =
                vectors.inputTokens()
                        .map(input -> TokenCounts.reported(input, 0, 0, 0))
                        .orElseGet(() -> TokenCounts.estimated(prompt.inputTokens(), ""));
        return CallEnd.answered(
                new Completed(
                        "",
                        "stop",
                        Spent.whole(tokens, elapsedMs()),
                        vectors.model(),
                        List.of(),
                        vectors.values()));
    }

    /**
     * The end of a call for an answer. A stream without a finish reason broke off, whether the
     * library calls it complete or never says a word about it.
     */
    CallEnd ended(StopSignal stop, CallGuard guard) {
        if (error != null) {
            return failed(error, stop, guard);
        }
        if (response == null || (!inOnePiece && response.finishReason() == null)) {
            return stop.isStopped()
                    ? stopped(stop)
                    : broken("stream_truncated", "the stream ended before the answer did");
        }
        return CallEnd.answered(answer(response));
    }

    private Completed answer(ChatResponse complete) {
        String answer =
                inOnePiece
                        ? Objects.requireNonNullElse(complete.aiMessage().text(), "")
                        : text.toString();
        List<ToolCall> calls = calls(complete);
        TokenCounts tokens =
                Counts.of(complete.tokenUsage())
                        .orElseGet(
                                () ->
                                        TokenCounts.estimated(
                                                prompt.inputTokens(), written(answer, calls)));
        return new Completed(
                answer,
                finishReason(complete.finishReason(), calls),
                inOnePiece
                        ? Spent.whole(tokens, elapsedMs())
                        : new Spent(tokens, firstTokenMs, elapsedMs()),
                Optional.ofNullable(complete.modelName()),
                calls,
                List.of());
    }

    /** Some providers give calls no name; a tool's answer has to say which it answers. */
    private List<ToolCall> calls(ChatResponse complete) {
        List<ToolCall> calls = new ArrayList<>();
        for (var call : complete.aiMessage().toolExecutionRequests()) {
            String id = Objects.requireNonNullElse(call.id(), "");
            String made = "call_%08x_%d".formatted(prompt.id().hashCode(), calls.size());
            calls.add(
                    new ToolCall(
                            id.isEmpty() ? made : id,
                            Objects.requireNonNullElse(call.name(), ""),
                            Objects.requireNonNullElse(call.arguments(), "{}")));
        }
        return calls;
    }

    private static String written(String answer, List<ToolCall> calls) {
        StringBuilder written = new StringBuilder(answer);
        calls.forEach(call -> written.append(call.getName()).append(call.getArguments()));
        return written.toString();
    }

    private static String finishReason(@Nullable FinishReason reason, List<ToolCall> calls) {
        return switch (reason) {
            case null -> calls.isEmpty() ? "stop" : "tool_calls";
            case STOP -> calls.isEmpty() ? "stop" : "tool_calls";
            case LENGTH -> "length";
            case TOOL_EXECUTION -> "tool_calls";
            case CONTENT_FILTER -> "content_filter";
            case OTHER -> "other";
        };
    }

    CallEnd failed(Throwable failure, StopSignal stop, CallGuard guard) {
        if (stop.isStopped()) {
            return stopped(stop);
        }
        if (guard.isStalled()) {
            return broken("stream_stalled", "the stream said nothing for too long");
        }
        return guard.wasSent()
                ? withWhatItCost(ProviderFault.of(failure))
                : ProviderFault.beforeTheCall(failure);
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
                TokenCounts.estimated(prompt.inputTokens(), text.toString()),
                firstTokenMs,
                elapsedMs());
    }

    private long elapsedMs() {
        return TimeUnit.NANOSECONDS.toMillis(nanoTime.getAsLong() - start);
    }
}
