package dev.millrace.workers.testing;

import dev.millrace.workers.engine.BreakerState;
import dev.millrace.workers.engine.Engine;
import dev.millrace.workers.engine.EngineResult;
import dev.millrace.workers.engine.EngineResult.Completed;
import dev.millrace.workers.engine.EngineResult.Stopped;
import dev.millrace.workers.engine.Prompt;
import dev.millrace.workers.engine.Spent;
import dev.millrace.workers.engine.StopSignal;
import dev.millrace.workers.engine.TokenCounts;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * An engine that a test conducts: a prompt {@code hold NAME} waits until {@code NAME} is let go,
 * {@code sleep MS} takes its time, {@code halt} ends the process, anything else is answered at once
 * with itself. It remembers what it ran.
 */
public final class ScriptedEngine implements Engine {
    private static final Duration LONGEST = Duration.ofMinutes(2);

    private final List<String> started = new CopyOnWriteArrayList<>();
    private final Map<String, CountDownLatch> gates = new ConcurrentHashMap<>();
    private volatile boolean alive = true;
    private volatile boolean closed;
    private volatile BreakerState breaker = BreakerState.CLOSED;
    private volatile Optional<String> trouble = Optional.empty();

    @Override
    public EngineResult run(Prompt prompt, Consumer<String> pieces, StopSignal stop) {
        String text = prompt.messages().getLast().getContent();
        started.add(text);
        if (text.startsWith("halt")) {
            Runtime.getRuntime().halt(137);
        }
        boolean stopped = waits(text, stop);
        Spent spent = Spent.whole(TokenCounts.reported(3, 1, 2, 1), 5);
        return stopped ? new Stopped(spent) : new Completed("answer to " + text, "stop", spent);
    }

    private boolean waits(String text, StopSignal stop) {
        try {
            if (text.startsWith("hold ")) {
                CountDownLatch gate = gate(text.substring(5));
                try (var registration = stop.onStop(gate::countDown)) {
                    boolean let = gate.await(LONGEST.toSeconds(), TimeUnit.SECONDS);
                    return !let || stop.isStopped();
                }
            }
            if (text.startsWith("sleep ")) {
                return stop.await(Duration.ofMillis(Long.parseLong(text.split(" ")[1])));
            }
            return stop.isStopped();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    public void letGo(String name) {
        gate(name).countDown();
    }

    private CountDownLatch gate(String name) {
        return gates.computeIfAbsent(name, unused -> new CountDownLatch(1));
    }

    /** The prompts in the order in which they were started. */
    public List<String> started() {
        return List.copyOf(started);
    }

    public void die() {
        alive = false;
    }

    /** What it says of itself from now on. */
    public void says(BreakerState state, Optional<String> why) {
        breaker = state;
        trouble = why;
    }

    @Override
    public BreakerState breaker() {
        return breaker;
    }

    @Override
    public Optional<String> trouble() {
        return trouble;
    }

    @Override
    public boolean isAlive() {
        return alive;
    }

    public boolean isClosed() {
        return closed;
    }

    @Override
    public void close() {
        closed = true;
    }
}
