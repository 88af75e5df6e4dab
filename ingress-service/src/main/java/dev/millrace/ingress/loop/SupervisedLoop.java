package dev.millrace.ingress.loop;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs steps on a thread of its own until it is closed. After a failure it begins anew with a fresh
 * consumer, later and later while failures follow each other: an outage is waited out, and nothing
 * that was not committed is lost.
 */
public final class SupervisedLoop implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SupervisedLoop.class);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(500);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);
    private static final Duration STOP_PATIENCE = Duration.ofSeconds(6);

    private final String name;
    private final Supplier<? extends Steps> open;
    private final Consumer<Throwable> onFailure;
    private final CountDownLatch stopping = new CountDownLatch(1);
    private final Thread thread;

    /**
     * Not yet started.
     *
     * @param open makes what runs; called again after each failure
     */
    public SupervisedLoop(
            String name, Supplier<? extends Steps> open, Consumer<Throwable> onFailure) {
        this.name = name;
        this.open = open;
        this.onFailure = onFailure;
        this.thread = Thread.ofPlatform().name(name).daemon().unstarted(this::run);
    }

    public SupervisedLoop start() {
        thread.start();
        return this;
    }

    /** Lets the step that runs now end, and waits for it a few seconds. */
    @Override
    public void close() {
        stopping.countDown();
        try {
            if (!thread.join(STOP_PATIENCE)) {
                LOG.warn("loop={} stop=late waited_ms={}", name, STOP_PATIENCE.toMillis());
                thread.interrupt();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        Duration pause = FIRST_PAUSE;
        while (!isStopping()) {
            long started = System.nanoTime();
            try (Steps steps = open.get()) {
                while (!isStopping()) {
                    steps.step();
                }
            } catch (RuntimeException | Error e) {
                onFailure.accept(e);
                boolean ranLong = System.nanoTime() - started > LONGEST_PAUSE.toNanos();
                pause = ranLong ? FIRST_PAUSE : pause;
                LOG.error("loop={} failed=true again_in_ms={}", name, pause.toMillis(), e);
                rest(pause);
                pause =
                        pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0
                                ? pause.multipliedBy(2)
                                : LONGEST_PAUSE;
            }
        }
        LOG.info("loop={} stopped=true", name);
    }

    private boolean isStopping() {
        return stopping.getCount() == 0;
    }

    private void rest(Duration pause) {
        try {
            boolean stopped = stopping.await(pause.toMillis(), TimeUnit.MILLISECONDS);
            LOG.debug("loop={} rested=true stopping={}", name, stopped);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            stopping.countDown();
        }
    }
}
