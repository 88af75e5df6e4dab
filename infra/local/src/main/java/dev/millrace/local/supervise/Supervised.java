package dev.millrace.local.supervise;

import dev.millrace.local.home.Pids;
import dev.millrace.local.home.StackState;
import dev.millrace.stack.Launcher;
import dev.millrace.stack.RunningProcess;
import dev.millrace.stack.ServerSpec;
import dev.millrace.stack.ServerStartException;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One child process that is started again, with backoff, whenever it ends without having been asked
 * to.
 */
final class Supervised {
    private static final Logger LOG = LoggerFactory.getLogger(Supervised.class);

    /** Failed starts in a row after which the first start counts as failed. */
    private static final int FIRST_TRIES = 3;

    private static final Duration HELD_LOOK = Duration.ofMillis(200);

    private enum Phase {
        WAITING,
        STARTING,
        RUNNING,
        RESTARTING,
        STOPPING,
        STOPPED
    }

    private final ServerSpec spec;
    private final Optional<String> lane;
    private final Optional<String> url;
    private final Runnable changed;
    private final CountDownLatch firstStart = new CountDownLatch(1);
    private final CountDownLatch stopping = new CountDownLatch(1);
    private final Object gate = new Object();
    private boolean held;
    private final Thread thread;
    private volatile Phase phase = Phase.WAITING;
    private volatile @Nullable RunningProcess process;
    private volatile @Nullable String firstError;
    private volatile int restarts;
    private volatile long readyMs;

    /**
     * @param changed told after each change, so that the state file follows
     */
    Supervised(ServerSpec spec, Optional<String> url, Runnable changed) {
        this.spec = spec;
        this.lane = spec instanceof ServiceSpec service ? service.lane() : Optional.empty();
        this.url = url;
        this.changed = changed;
        this.thread = Thread.ofVirtual().name("supervise-" + spec.name()).unstarted(this::run);
    }

    String name() {
        return spec.name();
    }

    Supervised start() {
        thread.start();
        return this;
    }

    /**
     * Waits for the first start.
     *
     * @throws ServerStartException when it failed several times or takes too long, with the end of
     *     its log
     */
    void awaitStarted() throws InterruptedException {
        boolean inTime =
                firstStart.await(spec.startTimeout().multipliedBy(2).toSeconds(), TimeUnit.SECONDS);
        String error = firstError;
        if (error != null) {
            throw new ServerStartException(error);
        }
        if (!inTime) {
            throw new ServerStartException(
                    spec.name() + " did not start in time; see " + spec.log());
        }
    }

    boolean isRunning() {
        return phase == Phase.RUNNING;
    }

    StackState.Service snapshot() {
        RunningProcess current = process;
        return new StackState.Service(
                spec.name(),
                current == null ? 0 : current.pid(),
                phase.name().toLowerCase(Locale.ROOT),
                restarts,
                url.orElse(null),
                lane.orElse(null),
                readyMs);
    }

    Optional<Pids.Entry> pid() {
        RunningProcess current = process;
        return current == null || !current.isAlive()
                ? Optional.empty()
                : ProcessHandle.of(current.pid())
                        .map(handle -> Pids.Entry.of(spec.name(), handle, lane.orElse(null)));
    }

    /** Asks the process to stop, waits for it, and starts it no more. */
    void stop() throws InterruptedException {
        stopping.countDown();
        enter(Phase.STOPPING);
        RunningProcess current = process;
        if (current != null && !current.stop()) {
            LOG.warn("service={} stop=forced", spec.name());
        }
        thread.join(Duration.ofSeconds(5));
        enter(Phase.STOPPED);
    }

    /** Kills the process and starts none until {@link #release}. */
    void hold() throws InterruptedException {
        synchronized (gate) {
            held = true;
        }
        RunningProcess current = process;
        if (current != null) {
            current.kill();
        }
    }

    void release() {
        synchronized (gate) {
            held = false;
            gate.notifyAll();
        }
    }

    private boolean isHeld() {
        synchronized (gate) {
            return held;
        }
    }

    private void awaitRelease() throws InterruptedException {
        synchronized (gate) {
            while (held && stopping.getCount() > 0) {
                gate.wait(HELD_LOOK.toMillis());
            }
        }
    }

    private void run() {
        int failures = 0;
        try {
            while (stopping.getCount() > 0) {
                awaitRelease();
                long started = System.nanoTime();
                String why = runOnce();
                if (stopping.getCount() == 0) {
                    return;
                }
                Duration lived = Duration.ofNanos(System.nanoTime() - started);
                failures = RestartBackoff.DEFAULT.failuresAfter(failures, lived);
                if (firstStart.getCount() > 0 && failures >= FIRST_TRIES) {
                    firstError = why;
                    firstStart.countDown();
                }
                Duration wait = RestartBackoff.DEFAULT.before(failures);
                LOG.warn(
                        "service={} died reason=\"{}\" restart={} in_ms={}",
                        spec.name(),
                        firstLine(why),
                        restarts + 1,
                        wait.toMillis());
                enter(Phase.RESTARTING);
                if (stopping.await(wait.toMillis(), TimeUnit.MILLISECONDS)) {
                    return;
                }
                restarts++;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Returns why it ended. */
    private String runOnce() throws InterruptedException {
        enter(Phase.STARTING);
        long started = System.nanoTime();
        try {
            RunningProcess current = Launcher.start(spec);
            process = current;
            changed.run();
            if (stopping.getCount() == 0) {
                current.stop();
                return "stopped";
            }
            if (isHeld()) {
                current.kill();
                return "held";
            }
            try {
                current.awaitReady();
            } catch (ServerStartException e) {
                current.stop();
                return String.valueOf(e.getMessage());
            }
            readyMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - started);
            LOG.info("service={} ready pid={} after_ms={}", spec.name(), current.pid(), readyMs);
            enter(Phase.RUNNING);
            firstStart.countDown();
            return "exit code " + current.onExit().join();
        } catch (ServerStartException e) {
            return String.valueOf(e.getMessage());
        }
    }

    private void enter(Phase next) {
        if (phase != Phase.STOPPED && !(phase == Phase.STOPPING && next != Phase.STOPPED)) {
            phase = next;
            changed.run();
        }
    }

    private static String firstLine(String text) {
        return text.lines().findFirst().orElse("");
    }
}
