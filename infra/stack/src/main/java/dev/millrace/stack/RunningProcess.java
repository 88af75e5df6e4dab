package dev.millrace.stack;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A server that was started: one child process, alive or already gone. */
public final class RunningProcess {

    private static final Duration POLL = Duration.ofMillis(25);
    private static final Duration AFTER_KILL = Duration.ofSeconds(10);
    private static final int LOG_LINES = 20;

    private final ServerSpec spec;
    private final Process process;
    private final long logOffset;
    private final long startedNanos = System.nanoTime();

    RunningProcess(ServerSpec spec, Process process, long logOffset) {
        this.spec = spec;
        this.process = process;
        this.logOffset = logOffset;
    }

    public ServerSpec spec() {
        return spec;
    }

    public String name() {
        return spec.name();
    }

    public long pid() {
        return process.pid();
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /** Completes with the exit code when the process ends, whatever ended it. */
    public CompletableFuture<Integer> onExit() {
        return process.onExit().thenApply(Process::exitValue);
    }

    /**
     * Waits until the server is ready, at most its start timeout, counted from its start.
     *
     * @throws ServerStartException when it ends before it is ready or takes too long; the message
     *     shows its last log lines. A process that is too slow is left running: stop it.
     */
    public RunningProcess awaitReady() throws InterruptedException {
        long deadline = startedNanos + spec.startTimeout().toNanos();
        while (!spec.isReady()) {
            if (process.waitFor(POLL)) {
                throw failed(
                        "ended with exit code " + process.exitValue() + " before it was ready");
            }
            if (System.nanoTime() - deadline > 0) {
                throw failed("was not ready after " + spec.startTimeout().toSeconds() + " s");
            }
        }
        // Something else may have answered the probe on this port.
        if (!process.isAlive()) {
            throw failed("ended with exit code " + process.exitValue() + " while it was probed");
        }
        return this;
    }

    /**
     * Asks the process to stop, waits at most its stop timeout, then kills it and its children.
     * Does nothing when it has ended.
     *
     * @return true when it stopped by itself, false when it had to be killed
     */
    public boolean stop() throws InterruptedException {
        signal();
        if (process.waitFor(spec.stopTimeout())) {
            return true;
        }
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        kill();
        return false;
    }

    /** Kills the process with SIGKILL, and nothing but the process, and waits until it is gone. */
    public void kill() throws InterruptedException {
        process.destroyForcibly();
        if (!process.waitFor(AFTER_KILL)) {
            throw new IllegalStateException(
                    spec.name() + " pid=" + pid() + " is still there after SIGKILL");
        }
    }

    /** The last lines that this process wrote to its log. */
    public List<String> lastLogLines() {
        return LogTail.read(spec.log(), logOffset, LOG_LINES);
    }

    private void signal() throws InterruptedException {
        if (!process.isAlive()) {
            return;
        }
        switch (spec.stopSignal()) {
            case TERM -> process.destroy();
            case INT -> BoundedCommand.signal("INT", process.pid());
        }
    }

    private ServerStartException failed(String how) {
        long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startedNanos);
        var lines = lastLogLines();
        return new ServerStartException(
                "%s %s (pid %d, %d ms after its start); its log %s %s"
                        .formatted(
                                spec.name(),
                                how,
                                pid(),
                                millis,
                                spec.log(),
                                lines.isEmpty()
                                        ? "has no new line"
                                        : "ends with:\n  " + String.join("\n  ", lines)));
    }
}
