package dev.millrace.workers.llama;

import dev.millrace.workers.llama.EngineReply.Failed;
import dev.millrace.workers.llama.EngineReply.Fault;
import dev.millrace.workers.llama.EngineReply.StopCause;
import dev.millrace.workers.llama.EngineReply.Stopped;
import dev.millrace.workers.llama.protocol.Command;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A model in a process of its own. Requests wait for each other; for more at once, use more
 * clients. A process that has died is replaced when the next request comes. Thread-safe.
 */
public final class LlamaEngineClient implements AutoCloseable {

    private final EngineSettings settings;
    private final ReentrantLock turn = new ReentrantLock(true);
    private final ConcurrentMap<String, Call> calls = new ConcurrentHashMap<>();
    private volatile @Nullable RunningEngine engine;
    private volatile @Nullable EngineInfo info;
    private volatile boolean closed;

    /** A request that somebody may yet cancel. */
    private static final class Call {
        private volatile boolean cancelled;
    }

    public LlamaEngineClient(EngineSettings settings) {
        this.settings = settings;
    }

    /**
     * Starts the engine unless it is running, so that a wrong model is noticed before the first
     * request.
     *
     * @throws EngineStartException saying what is wrong and, if known, what to do about it
     */
    public EngineInfo start() throws EngineStartException, InterruptedException {
        turn.lockInterruptibly();
        try {
            started();
            return running().orElseThrow(() -> new EngineStartException("the engine has ended"));
        } finally {
            turn.unlock();
        }
    }

    /** What is running now, if anything is. */
    public Optional<EngineInfo> running() {
        RunningEngine now = engine;
        return now != null && now.isAlive() ? Optional.ofNullable(info) : Optional.empty();
    }

    /**
     * Answers one request.
     *
     * <p>Interrupting the waiting thread kills the engine; the next request starts another.
     *
     * @param timeout for waiting and answering together; starting a process is not counted, it has
     *     a limit of its own
     * @param onText given the answer bit by bit, on this thread; the bits together are the text of
     *     the reply
     */
    public EngineReply complete(EngineRequest request, Duration timeout, Consumer<String> onText)
            throws InterruptedException {
        Optional<EngineReply.Refused> refusal = RequestLimits.checkSize(request);
        if (refusal.isPresent()) {
            return refusal.get();
        }
        return known(new Command.Generate(request), timeout, onText);
    }

    /**
     * Tells how well the model foresees a text, as {@link EngineReply.Scored}.
     *
     * @param id names it for {@link #cancel}; never used twice
     * @param windowTokens the most tokens that the model reads at once; 0 for as many as it can
     * @param timeout as for {@link #complete}
     */
    public EngineReply score(String id, String text, int windowTokens, Duration timeout)
            throws InterruptedException {
        Optional<EngineReply.Refused> refusal = RequestLimits.checkText(text);
        if (refusal.isPresent()) {
            return refusal.get();
        }
        return known(new Command.Score(id, text, windowTokens), timeout, nothing -> {});
    }

    private EngineReply known(Command.Work work, Duration timeout, Consumer<String> onText)
            throws InterruptedException {
        Call call = new Call();
        if (calls.putIfAbsent(work.id(), call) != null) {
            throw new IllegalArgumentException("a request with this id is being answered");
        }
        try {
            return inTurn(work, call, timeout, onText);
        } finally {
            calls.remove(work.id());
        }
    }

    /** Stops a request, waiting or running; one that is not there is not an error. */
    public void cancel(String requestId) {
        Call call = calls.get(requestId);
        RunningEngine now = engine;
        if (call != null) {
            call.cancelled = true;
            if (now != null) {
                now.nudge();
            }
        }
    }

    /** Ends the engine. Requests that are running fail. */
    @Override
    public void close() {
        closed = true;
        RunningEngine now = engine;
        if (now != null) {
            try {
                now.close();
            } catch (InterruptedException e) {
                now.kill();
                Thread.currentThread().interrupt();
            }
        }
    }

    private EngineReply inTurn(
            Command.Work work, Call call, Duration timeout, Consumer<String> onText)
            throws InterruptedException {
        long arrived = System.nanoTime();
        if (!turn.tryLock(timeout.toNanos(), TimeUnit.NANOSECONDS)) {
            return call.cancelled ? stoppedBefore() : busy();
        }
        try {
            if (call.cancelled) {
                return stoppedBefore();
            }
            Duration left = timeout.minusNanos(System.nanoTime() - arrived);
            return converse(started(), work, call, left, onText);
        } catch (EngineStartException e) {
            return new Failed(Fault.ENGINE_NOT_STARTED, String.valueOf(e.getMessage()));
        } finally {
            turn.unlock();
        }
    }

    private EngineReply converse(
            RunningEngine with,
            Command.Work work,
            Call call,
            Duration timeout,
            Consumer<String> onText)
            throws InterruptedException {
        Conversation conversation =
                new Conversation(
                        with, work, timeout, settings.stopGrace(), () -> call.cancelled, onText);
        boolean ended = false;
        try {
            EngineReply reply = conversation.hold();
            ended = true;
            return reply;
        } finally {
            // An engine left in the middle of an answer would give the rest of it to the next
            // request.
            if (!ended) {
                with.kill();
            }
        }
    }

    private RunningEngine started() throws EngineStartException, InterruptedException {
        RunningEngine now = engine;
        if (now != null && now.isAlive()) {
            return now;
        }
        if (closed) {
            throw new EngineStartException("the engine is closed");
        }
        RunningEngine fresh = RunningEngine.start(settings);
        boolean ready = false;
        try {
            info = fresh.awaitReady(settings.startTimeout());
            engine = fresh;
            ready = !closed;
        } finally {
            if (!ready) {
                fresh.kill();
            }
        }
        return fresh;
    }

    private static EngineReply stoppedBefore() {
        return new Stopped(StopCause.CANCELLED, "", EngineUsage.NONE);
    }

    private static EngineReply busy() {
        return new Failed(Fault.ENGINE_BUSY, "another request took all of the time allowed");
    }
}
