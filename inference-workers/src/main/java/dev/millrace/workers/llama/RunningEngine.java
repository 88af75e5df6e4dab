package dev.millrace.workers.llama;

import dev.millrace.workers.llama.protocol.Codec;
import dev.millrace.workers.llama.protocol.Command;
import dev.millrace.workers.llama.protocol.Event;
import dev.millrace.workers.llama.protocol.MalformedMessageException;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/** An engine process that is up, seen from the worker. One thread at a time may talk to it. */
final class RunningEngine {

    private static final int MOST_UNHEARD = 1024;
    private static final int MOST_LAST_WORDS = 8;
    private static final int LONGEST_LAST_WORD = 500;
    private static final Duration EXIT_WAIT = Duration.ofSeconds(2);

    /** The engine gets nothing else of the worker's environment: secrets stay out of its reach. */
    private static final Set<String> ENVIRONMENT =
            Set.of("HOME", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH");

    /** A place of a stack trace that native code prints when it aborts. */
    private static final Pattern FRAME = Pattern.compile(".*\\[0x[0-9a-f]+]");

    /** What the listening side can hear. */
    sealed interface Heard {
        record Said(Event event) implements Heard {}

        /** The process has ended, and nothing more will come. */
        record Ended() implements Heard {}

        /** Somebody else wants attention. */
        record Nudged() implements Heard {}
    }

    private final Process process;
    private final BufferedWriter commands;
    private final BlockingQueue<Heard> heard = new ArrayBlockingQueue<>(MOST_UNHEARD);
    private final Deque<String> lastWords = new ArrayDeque<>();
    private final Thread listener;
    private final Thread errorListener;
    private final OptionalInt memoryLimitMib;
    private volatile boolean killed;

    private RunningEngine(Process process, String model, OptionalInt memoryLimitMib) {
        this.process = process;
        this.memoryLimitMib = memoryLimitMib;
        this.commands = process.outputWriter(StandardCharsets.UTF_8);
        this.listener = daemon("engine-out-" + model, this::listen);
        this.errorListener = daemon("engine-err-" + model, this::listenToErrors);
    }

    private static Thread daemon(String name, Runnable work) {
        return Thread.ofPlatform().name(name).daemon().stackSize(256 * 1024).unstarted(work);
    }

    /** Starts a process; it is not ready before it has said so. */
    static RunningEngine start(EngineSettings settings) throws EngineStartException {
        ProcessBuilder builder = new ProcessBuilder(EngineCommandLine.of(settings));
        builder.environment().keySet().retainAll(ENVIRONMENT);
        // Even one thread spins while it waits, unless it is told not to.
        builder.environment().put("OMP_NUM_THREADS", "1");
        // When llama.cpp aborts it calls a debugger, if it finds one, which takes seconds.
        builder.environment().put("PATH", "/nonexistent");
        // Each further arena of the C library sets aside 64 MB of addresses.
        builder.environment().put("MALLOC_ARENA_MAX", "2");
        try {
            String model = String.valueOf(settings.model().getFileName());
            RunningEngine engine =
                    new RunningEngine(builder.start(), model, settings.memoryLimitMib());
            engine.listener.start();
            engine.errorListener.start();
            return engine;
        } catch (IOException e) {
            throw new EngineStartException("cannot start an engine process: " + e.getMessage(), e);
        }
    }

    /** Waits until the engine is ready. */
    EngineInfo awaitReady(Duration timeout) throws EngineStartException, InterruptedException {
        Optional<Heard> first = next(timeout.toNanos());
        if (first.isEmpty()) {
            throw new EngineStartException(
                    "the engine was not ready after " + timeout.toMillis() + " ms");
        }
        return switch (first.get()) {
            case Heard.Said(Event.Ready(EngineInfo info)) -> info;
            case Heard.Said(Event.NotStarted(String detail)) ->
                    throw new EngineStartException(Obituary.ofStart(detail, memoryLimitMib));
            case Heard.Said(Event other) ->
                    throw new EngineStartException("the engine began with a message out of turn");
            case Heard.Ended() -> throw new EngineStartException(obituary().text());
            case Heard.Nudged() -> throw new EngineStartException("the start was interrupted");
        };
    }

    void send(Command command) throws IOException {
        commands.write(Codec.line(command));
        commands.write('\n');
        commands.flush();
    }

    Optional<Heard> next(long nanos) throws InterruptedException {
        return Optional.ofNullable(heard.poll(Math.max(0, nanos), TimeUnit.NANOSECONDS));
    }

    /** Makes {@link #next} return soon, if it is waiting. */
    void nudge() {
        boolean room = heard.offer(new Heard.Nudged());
        // With no room there is plenty to return already.
        assert room || !heard.isEmpty();
    }

    /** A killed process lives on for a moment, but is of no use. */
    boolean isAlive() {
        return !killed && process.isAlive();
    }

    Obituary obituary() throws InterruptedException {
        boolean over = process.waitFor(EXIT_WAIT.toMillis(), TimeUnit.MILLISECONDS);
        errorListener.join(EXIT_WAIT.toMillis());
        String status = over ? " with status " + process.exitValue() : " its output";
        synchronized (lastWords) {
            return Obituary.of(status, List.copyOf(lastWords), memoryLimitMib);
        }
    }

    /** Lets the process end by itself, which it does at once when it is idle, then makes it. */
    void close() throws InterruptedException {
        try {
            commands.close();
        } catch (IOException e) {
            kill();
        }
        if (!process.waitFor(EXIT_WAIT.toMillis(), TimeUnit.MILLISECONDS)) {
            kill();
        }
        listener.interrupt();
    }

    void kill() {
        killed = true;
        process.destroyForcibly();
        listener.interrupt();
    }

    private void listen() {
        try (BufferedReader in = process.inputReader(StandardCharsets.UTF_8)) {
            String line = in.readLine();
            while (line != null) {
                hear(line);
                line = in.readLine();
            }
        } catch (IOException e) {
            keepLastWord("reading from the engine failed: " + e.getMessage());
        } catch (InterruptedException e) {
            return;
        }
        end();
    }

    private void end() {
        try {
            heard.put(new Heard.Ended());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void hear(String line) throws InterruptedException {
        try {
            heard.put(new Heard.Said(Codec.event(line)));
        } catch (MalformedMessageException e) {
            // What is no message at all comes from a Java machine that cannot start.
            keepLastWord(
                    line.startsWith("{")
                            ? "the engine sent a malformed message: " + e.getMessage()
                            : line);
        }
    }

    private void listenToErrors() {
        try (BufferedReader in = process.errorReader(StandardCharsets.UTF_8)) {
            String line = in.readLine();
            while (line != null) {
                keepLastWord(line);
                line = in.readLine();
            }
        } catch (IOException e) {
            keepLastWord("reading the engine's errors failed: " + e.getMessage());
        }
    }

    private void keepLastWord(String line) {
        boolean empty = line.isBlank() || line.strip().equals("#");
        if (empty || FRAME.matcher(line).matches()) {
            return;
        }
        synchronized (lastWords) {
            if (lastWords.size() == MOST_LAST_WORDS) {
                lastWords.removeFirst();
            }
            lastWords.addLast(line.substring(0, Math.min(line.length(), LONGEST_LAST_WORD)));
        }
    }
}
