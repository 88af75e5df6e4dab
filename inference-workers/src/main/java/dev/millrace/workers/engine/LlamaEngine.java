package dev.millrace.workers.engine;

import dev.millrace.job.Messages;
import dev.millrace.workers.engine.EngineResult.Completed;
import dev.millrace.workers.engine.EngineResult.Stopped;
import dev.millrace.workers.engine.EngineResult.Transient;
import dev.millrace.workers.llama.EngineMessage;
import dev.millrace.workers.llama.EngineReply;
import dev.millrace.workers.llama.EngineReply.FinishReason;
import dev.millrace.workers.llama.EngineRequest;
import dev.millrace.workers.llama.EngineUsage;
import dev.millrace.workers.llama.LlamaEngineClient;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * A GGUF model in a process of its own, which answers one prompt at a time: more slots than one
 * only queue here. When the process dies the engine is not alive any more, and whoever keeps it
 * starts another.
 */
public final class LlamaEngine implements Engine {
    /** Attempts are ended by their stop signal; this only bounds what the signal cannot. */
    private static final Duration LONGEST = Duration.ofHours(24);

    private static final Duration LOOK = Duration.ofMillis(50);

    private final LlamaEngineClient client;
    private final Semaphore turn = new Semaphore(1, true);
    private final AtomicLong requests = new AtomicLong();

    /**
     * @param client started
     */
    public LlamaEngine(LlamaEngineClient client) {
        this.client = client;
    }

    @Override
    public EngineResult run(Prompt prompt, Consumer<String> pieces, StopSignal stop) {
        try {
            while (!turn.tryAcquire(LOOK.toMillis(), TimeUnit.MILLISECONDS)) {
                if (stop.isStopped()) {
                    return new Stopped(Spent.NOTHING);
                }
            }
            try {
                return inTurn(prompt, pieces, stop);
            } finally {
                turn.release();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Stopped(Spent.NOTHING);
        }
    }

    private EngineResult inTurn(Prompt prompt, Consumer<String> pieces, StopSignal stop)
            throws InterruptedException {
        if (stop.isStopped()) {
            return new Stopped(Spent.NOTHING);
        }
        Optional<EngineResult> refusal = unsupported(prompt);
        if (refusal.isPresent()) {
            return refusal.get();
        }
        if (!isAlive()) {
            return new Transient("engine_died", "the engine has ended and is being started again");
        }
        EngineRequest request = request(prompt);
        AtomicBoolean over = new AtomicBoolean();
        Consumer<String> wanted = prompt.stream() ? pieces : piece -> {};
        try (var registration = stop.onStop(() -> cancelUntil(over, request.id()))) {
            EngineReply reply = client.complete(request, LONGEST, wanted);
            // one that had to be killed because it did not stop has stopped all the same
            return stop.isStopped() && reply instanceof EngineReply.Failed
                    ? new Stopped(Spent.NOTHING)
                    : result(reply);
        } finally {
            over.set(true);
        }
    }

    /**
     * Again and again, since the client forgets a cancellation that comes before it knows the
     * request.
     */
    private void cancelUntil(AtomicBoolean over, String requestId) {
        Thread.startVirtualThread(
                () -> {
                    while (!over.get()) {
                        client.cancel(requestId);
                        LockSupport.parkNanos(LOOK.toNanos());
                    }
                });
    }

    private EngineRequest request(Prompt prompt) {
        List<EngineMessage> messages =
                prompt.messages().stream()
                        .map(
                                message ->
                                        new EngineMessage(
                                                message.getRole(), Messages.text(message)))
                        .toList();
        return new EngineRequest(
                prompt.id() + "/" + requests.incrementAndGet(),
                messages,
                OptionalInt.of(prompt.maxTokens()),
                prompt.temperature().orElse(0.0),
                prompt.stop(),
                prompt.seed().orElse(0));
    }

    /** What it would have to ignore. */
    private static Optional<EngineResult> unsupported(Prompt prompt) {
        Extras extras = prompt.extras();
        boolean images =
                prompt.messages().stream().anyMatch(message -> !Messages.images(message).isEmpty());
        String field =
                images
                        ? "messages"
                        : !extras.tools().isEmpty()
                                ? "tools"
                                : extras.wantsJson() ? "response_format" : "";
        return field.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        new EngineResult.Failed(
                                "unsupported_by_lane",
                                Optional.of(field),
                                Optional.of("text"),
                                "the bundled engine has no such thing",
                                Spent.NOTHING));
    }

    private static EngineResult result(EngineReply reply) {
        return switch (reply) {
            case EngineReply.Completed done ->
                    new Completed(done.text(), word(done.finishReason()), spent(done.usage()));
            case EngineReply.Stopped stopped -> new Stopped(spent(stopped.usage()));
            case EngineReply.Refused refused ->
                    new EngineResult.Failed(
                            refused.code(),
                            Optional.of(refused.field()),
                            Optional.of(refused.limit()),
                            refused.detail(),
                            Spent.NOTHING);
            case EngineReply.Failed failed ->
                    new Transient(
                            failed.fault().code(),
                            failed.detail(),
                            Optional.empty(),
                            Spent.NOTHING);
        };
    }

    private static String word(FinishReason reason) {
        return switch (reason) {
            case STOP -> "stop";
            case LENGTH -> "length";
        };
    }

    private static Spent spent(EngineUsage usage) {
        TokenCounts tokens = TokenCounts.reported(usage.inputTokens(), 0, usage.outputTokens(), 0);
        return new Spent(tokens, usage.firstTokenMs().orElse(usage.modelMs()), usage.modelMs());
    }

    @Override
    public boolean isAlive() {
        return client.running().isPresent();
    }

    @Override
    public void close() {
        client.close();
    }
}
