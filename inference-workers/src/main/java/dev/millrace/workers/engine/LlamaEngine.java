package dev.millrace.workers.engine;

import dev.millrace.job.Messages;
import dev.millrace.workers.engine.EngineResult.Completed;
import dev.millrace.workers.engine.EngineResult.Stopped;
import dev.millrace.workers.engine.EngineResult.Transient;
import dev.millrace.workers.engine.EngineResult.Unavailable;
import dev.millrace.workers.llama.EngineGroup;
import dev.millrace.workers.llama.EngineGroup.Seat;
import dev.millrace.workers.llama.EngineMessage;
import dev.millrace.workers.llama.EngineReply;
import dev.millrace.workers.llama.EngineReply.Fault;
import dev.millrace.workers.llama.EngineReply.FinishReason;
import dev.millrace.workers.llama.EngineRequest;
import dev.millrace.workers.llama.EngineUsage;
import dev.millrace.workers.llama.LlamaEngineClient;
import dev.millrace.workers.llama.ResponseFormat;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * A GGUF model in processes of its own, each of which answers one prompt at a time; more prompts
 * than processes wait here, first come first served. A process that dies fails the attempt in it
 * and is replaced; the others and those who wait go on.
 */
public final class LlamaEngine implements Engine {
    /** Attempts are ended by their stop signal; this only bounds what the signal cannot. */
    private static final Duration LONGEST = Duration.ofHours(24);

    private static final Duration LOOK = Duration.ofMillis(50);

    private final EngineGroup group;
    private final AtomicLong requests = new AtomicLong();

    /**
     * @param group started
     */
    public LlamaEngine(EngineGroup group) {
        this.group = group;
    }

    @Override
    public EngineResult run(Prompt prompt, Consumer<String> pieces, StopSignal stop) {
        Optional<EngineResult> refusal = unsupported(prompt);
        if (refusal.isPresent()) {
            return refusal.get();
        }
        CompletableFuture<Seat> asked = group.ask();
        try (var registration = stop.onStop(() -> asked.cancel(false))) {
            asked.get();
        } catch (CancellationException e) {
            return new Stopped(Spent.NOTHING);
        } catch (ExecutionException e) {
            return new Unavailable("engine_unavailable", "no engine process can be started");
        } catch (InterruptedException e) {
            if (!asked.cancel(false) && !asked.isCompletedExceptionally()) {
                // one that was given at this very moment goes back
                asked.join().close();
            }
            return interrupted();
        }
        try (Seat seat = asked.join()) {
            return inTurn(seat.client(), prompt, pieces, stop);
        } catch (InterruptedException e) {
            return interrupted();
        }
    }

    private static EngineResult interrupted() {
        Thread.currentThread().interrupt();
        return new Stopped(Spent.NOTHING);
    }

    private EngineResult inTurn(
            LlamaEngineClient client, Prompt prompt, Consumer<String> pieces, StopSignal stop)
            throws InterruptedException {
        if (stop.isStopped()) {
            return new Stopped(Spent.NOTHING);
        }
        EngineRequest request = request(prompt);
        AtomicBoolean over = new AtomicBoolean();
        Consumer<String> wanted = prompt.stream() ? pieces : piece -> {};
        try (var registration = stop.onStop(() -> cancelUntil(client, over, request.id()))) {
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
    private static void cancelUntil(
            LlamaEngineClient client, AtomicBoolean over, String requestId) {
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
                prompt.seed().orElse(0),
                prompt.extras()
                        .responseFormat()
                        .map(LlamaEngine::format)
                        .orElseGet(ResponseFormat.Text::new));
    }

    private static ResponseFormat format(dev.millrace.v1.ResponseFormat asked) {
        return switch (asked.getType()) {
            case "json_object" -> new ResponseFormat.Json();
            case "json_schema" -> new ResponseFormat.JsonSchema(asked.getJsonSchema().orElse(""));
            default -> new ResponseFormat.Text();
        };
    }

    /** What it would have to ignore. */
    private static Optional<EngineResult> unsupported(Prompt prompt) {
        Extras extras = prompt.extras();
        boolean images =
                prompt.messages().stream().anyMatch(message -> !Messages.images(message).isEmpty());
        String field = images ? "messages" : extras.tools().isEmpty() ? "" : "tools";
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
            case EngineReply.Scored unasked ->
                    throw new IllegalStateException("a prompt was answered with a score");
            case EngineReply.Stopped stopped -> new Stopped(spent(stopped.usage()));
            case EngineReply.Refused refused ->
                    new EngineResult.Failed(
                            refused.code(),
                            Optional.of(refused.field()),
                            Optional.of(refused.limit()),
                            refused.detail(),
                            Spent.NOTHING);
            case EngineReply.Failed(Fault fault, String detail) ->
                    // a process that did not start has not seen the job
                    fault == Fault.ENGINE_NOT_STARTED
                            ? new Unavailable(fault.code(), detail)
                            : new Transient(fault.code(), detail, Optional.empty(), Spent.NOTHING);
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
        return group.isAlive();
    }

    @Override
    public void close() {
        group.close();
    }
}
