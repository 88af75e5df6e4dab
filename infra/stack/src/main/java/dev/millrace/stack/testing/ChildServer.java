package dev.millrace.stack.testing;

import dev.millrace.stack.Launcher;
import dev.millrace.stack.RunningProcess;
import dev.millrace.stack.ServerSpec;
import org.jspecify.annotations.Nullable;

/** A server that runs as a child process of the test's JVM. */
final class ChildServer implements TestServer {

    private final ServerSpec spec;
    private final Watchdog watchdog;
    private @Nullable RunningProcess process;

    ChildServer(ServerSpec spec, Watchdog watchdog) {
        this.spec = spec;
        this.watchdog = watchdog;
    }

    @Override
    public synchronized void start() {
        if (isRunning()) {
            return;
        }
        uninterrupted(
                () -> {
                    var started = Launcher.start(spec);
                    process = started;
                    watchdog.watch(started);
                    started.awaitReady();
                });
    }

    @Override
    public synchronized void stop() {
        end(RunningProcess::stop);
    }

    @Override
    public synchronized void kill() {
        end(RunningProcess::kill);
    }

    @Override
    public synchronized boolean isRunning() {
        return process != null && process.isAlive();
    }

    private void end(Ending ending) {
        var ended = process;
        if (ended == null) {
            return;
        }
        uninterrupted(() -> ending.apply(ended));
        watchdog.forget(ended);
        process = null;
    }

    private void uninterrupted(Waiting waiting) {
        try {
            waiting.run();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for " + spec.name(), e);
        }
    }

    @FunctionalInterface
    private interface Ending {
        void apply(RunningProcess process) throws InterruptedException;
    }

    @FunctionalInterface
    private interface Waiting {
        void run() throws InterruptedException;
    }
}
