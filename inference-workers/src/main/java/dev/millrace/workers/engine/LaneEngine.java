package dev.millrace.workers.engine;

import dev.millrace.catalog.EngineSpec;
import dev.millrace.workers.engine.EngineStarter.EngineUnavailableException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the engine of a lane: starts it, starts it again when it has died or could not start, and
 * swaps it when the catalog says something else. Who wants to run a job borrows it; one that is
 * swapped out is closed when the last borrower is done.
 */
public final class LaneEngine implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LaneEngine.class);
    private static final Duration LOOK = Duration.ofMillis(500);

    private final EngineStarter starter;
    private final Duration firstPause;
    private final Duration longestPause;
    private final Runnable onReady;
    private final Thread keeper =
            Thread.ofPlatform().name("engine-keeper").daemon().unstarted(this::keep);

    private @Nullable EngineSpec wanted;
    private @Nullable Kept current;
    private String trouble = "the engine has not been started yet";
    private boolean closing;

    /**
     * @param firstPause before an engine that could not start is tried again; doubles up to {@code
     *     longestPause}
     * @param onReady called when an engine can take work
     */
    public LaneEngine(
            EngineStarter starter, Duration firstPause, Duration longestPause, Runnable onReady) {
        this.starter = starter;
        this.firstPause = firstPause;
        this.longestPause = longestPause;
        this.onReady = onReady;
    }

    public LaneEngine start() {
        keeper.start();
        return this;
    }

    /** The engine that the catalog asks for now. Cheap when nothing has changed. */
    public synchronized void follow(EngineSpec spec) {
        if (!spec.equals(wanted)) {
            wanted = spec;
            notifyAll();
        }
    }

    /** The engine, until the lease is closed; empty while there is none that can take work. */
    public synchronized Optional<Lease> lease() {
        Kept kept = current;
        if (kept == null || closing || !kept.spec.equals(wanted) || !kept.engine.isAlive()) {
            return Optional.empty();
        }
        kept.leases++;
        return Optional.of(new Lease(kept));
    }

    /** Why no job can be done; empty where nothing is known. */
    public Optional<String> trouble() {
        Engine engine;
        synchronized (this) {
            Kept kept = current;
            if (kept == null || !kept.spec.equals(wanted) || !kept.engine.isAlive()) {
                return Optional.of(trouble);
            }
            engine = kept.engine;
        }
        return engine.trouble();
    }

    /** The engine's; open where there is none. */
    public synchronized BreakerState breaker() {
        Kept kept = current;
        return kept != null && kept.spec.equals(wanted) && kept.engine.isAlive()
                ? kept.engine.breaker()
                : BreakerState.OPEN;
    }

    @Override
    public void close() {
        synchronized (this) {
            closing = true;
            notifyAll();
        }
        keeper.interrupt();
        try {
            keeper.join(Duration.ofSeconds(5));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void keep() {
        Duration pause = firstPause;
        try {
            while (true) {
                Optional<EngineSpec> missing = awaitWork();
                if (missing.isEmpty()) {
                    return;
                }
                if (started(missing.get())) {
                    pause = firstPause;
                } else {
                    awaitChange(missing.get(), pause);
                    Duration twice = pause.multipliedBy(2);
                    pause = twice.compareTo(longestPause) < 0 ? twice : longestPause;
                }
            }
        } catch (InterruptedException e) {
            LOG.debug("engine_keeper=interrupted");
        } finally {
            retire("the worker leaves");
        }
    }

    /** Waits until an engine has to be started; empty where the worker leaves. */
    private Optional<EngineSpec> awaitWork() throws InterruptedException {
        while (true) {
            synchronized (this) {
                if (closing) {
                    return Optional.empty();
                }
                EngineSpec spec = wanted;
                Kept kept = current;
                if (spec == null
                        || (kept != null && kept.spec.equals(spec) && kept.engine.isAlive())) {
                    wait(LOOK.toMillis());
                    continue;
                }
            }
            retire("the engine is being replaced");
            synchronized (this) {
                EngineSpec spec = wanted;
                if (spec != null) {
                    return Optional.of(spec);
                }
            }
        }
    }

    private boolean started(EngineSpec spec) throws InterruptedException {
        long begin = System.nanoTime();
        try {
            Engine engine = starter.start(spec);
            synchronized (this) {
                current = new Kept(spec, engine);
            }
            LOG.info(
                    "engine={} state=ready start_ms={}",
                    spec.type(),
                    TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin));
            onReady.run();
            return true;
        } catch (EngineUnavailableException e) {
            synchronized (this) {
                trouble = String.valueOf(e.getMessage());
            }
            LOG.warn("engine={} state=unavailable reason=\"{}\"", spec.type(), e.getMessage());
            return false;
        }
    }

    /** Waits before the next try, not longer than the specification stays as it is. */
    private synchronized void awaitChange(EngineSpec failed, Duration pause)
            throws InterruptedException {
        long end = System.nanoTime() + pause.toNanos();
        long left = pause.toNanos();
        while (left > 0 && !closing && failed.equals(wanted)) {
            TimeUnit.NANOSECONDS.timedWait(this, left);
            left = end - System.nanoTime();
        }
    }

    private void retire(String why) {
        Kept idle = null;
        synchronized (this) {
            Kept kept = current;
            if (kept != null) {
                LOG.info(
                        "engine={} state=retired alive={} leases={}",
                        kept.spec.type(),
                        kept.engine.isAlive(),
                        kept.leases);
                trouble = why;
                kept.retired = true;
                current = null;
                idle = kept.leases == 0 ? kept : null;
            }
        }
        if (idle != null) {
            idle.engine.close();
        }
    }

    private void giveBack(Kept kept) {
        boolean last;
        synchronized (this) {
            kept.leases--;
            last = kept.retired && kept.leases == 0;
        }
        if (last) {
            kept.engine.close();
        }
    }

    /** The right to use the engine for one attempt. */
    public final class Lease implements AutoCloseable {
        private final Kept kept;

        private Lease(Kept kept) {
            this.kept = kept;
        }

        public Engine engine() {
            return kept.engine;
        }

        /** To be called once. */
        @Override
        public void close() {
            giveBack(kept);
        }
    }

    /** An engine with its borrowers; guarded by the outer object. */
    private static final class Kept {
        private final EngineSpec spec;
        private final Engine engine;
        private int leases;
        private boolean retired;

        Kept(EngineSpec spec, Engine engine) {
            this.spec = spec;
            this.engine = engine;
        }
    }
}
