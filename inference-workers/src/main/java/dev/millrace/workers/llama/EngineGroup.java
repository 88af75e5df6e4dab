package dev.millrace.workers.llama;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Several processes with the same model. Who asks gets the first that is free, in the order of
 * asking; a process that ends is replaced on its own, while the others go on and those who wait go
 * on waiting. Thread-safe.
 */
public final class EngineGroup implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(EngineGroup.class);

    private final RestartPace pace;
    private final List<Seat> seats;
    private final List<Thread> keepers = new ArrayList<>();
    private final Deque<CompletableFuture<Seat>> waiting = new ArrayDeque<>();
    private boolean closed;

    /** No process runs and none can be started: whoever waits, waits in vain. */
    public static final class GroupDownException extends Exception {
        private static final long serialVersionUID = 1;

        private GroupDownException(String message) {
            super(message);
        }
    }

    private EngineGroup(EngineSettings settings, int processes, RestartPace pace) {
        this.pace = pace;
        this.seats =
                IntStream.range(0, processes)
                        .mapToObj(n -> new Seat(n, new LlamaEngineClient(settings)))
                        .toList();
    }

    public static EngineGroup start(EngineSettings settings, int processes)
            throws EngineStartException, InterruptedException {
        return start(settings, processes, RestartPace.STANDARD);
    }

    /**
     * Returns when the first process can take work; the others follow.
     *
     * @throws EngineStartException if the first cannot start; nothing is left behind
     */
    static EngineGroup start(EngineSettings settings, int processes, RestartPace pace)
            throws EngineStartException, InterruptedException {
        EngineGroup group = new EngineGroup(settings, processes, pace);
        boolean started = false;
        try {
            group.seats.getFirst().client.start();
            started = true;
        } finally {
            if (!started) {
                group.close();
            }
        }
        for (Seat seat : group.seats) {
            String name = "engine-" + seat.number;
            group.keepers.add(
                    Thread.ofPlatform().name(name).daemon().start(() -> group.keep(seat)));
        }
        return group;
    }

    /**
     * Asks for a process. Whoever gets one closes the seat; whoever no longer wants one cancels the
     * future. Fails with {@link GroupDownException} when none can be had.
     */
    public synchronized CompletableFuture<Seat> ask() {
        CompletableFuture<Seat> asked = new CompletableFuture<>();
        waiting.add(asked);
        serve();
        return asked;
    }

    /** Whether a process runs, or is being started with some hope. */
    public synchronized boolean isAlive() {
        return !closed && seats.stream().anyMatch(seat -> seat.ready || !seat.failed);
    }

    /** The processes that can take work. */
    public List<EngineInfo> running() {
        return seats.stream().map(seat -> seat.client.running()).flatMap(Optional::stream).toList();
    }

    /** Ends all processes. Requests that are running fail, and nobody gets a seat any more. */
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            serve();
        }
        keepers.forEach(Thread::interrupt);
        seats.forEach(seat -> seat.client.close());
    }

    /** Gives what is free to those who have waited longest. */
    private synchronized void serve() {
        waiting.removeIf(CompletableFuture::isDone);
        if (!isAlive()) {
            waiting.forEach(
                    asked ->
                            asked.completeExceptionally(
                                    new GroupDownException("no engine process can be started")));
            waiting.clear();
            return;
        }
        for (Seat seat : seats) {
            while (seat.ready && !seat.taken && !waiting.isEmpty()) {
                seat.taken = waiting.remove().complete(seat);
            }
        }
    }

    private void keep(Seat seat) {
        int shortLives = 0;
        try {
            while (true) {
                TimeUnit.NANOSECONDS.sleep(pace.before(shortLives).toNanos());
                Optional<EngineInfo> info = started(seat);
                long begin = System.nanoTime();
                if (info.isPresent()) {
                    become(seat, true, false);
                    awaitEnd(info.get().pid());
                }
                Duration life = Duration.ofNanos(System.nanoTime() - begin);
                shortLives = pace.after(shortLives, life);
                become(seat, false, info.isEmpty());
            }
        } catch (InterruptedException e) {
            LOG.debug("engine_process={} keeper=interrupted", seat.number);
        } catch (ExecutionException e) {
            LOG.error("engine_process={} keeper=broken error={}", seat.number, e.toString());
            become(seat, false, true);
        }
    }

    private Optional<EngineInfo> started(Seat seat) throws InterruptedException {
        long begin = System.nanoTime();
        try {
            EngineInfo info = seat.client.start();
            long ms = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin);
            LOG.info(
                    "engine_process={} state=ready pid={} start_ms={}",
                    seat.number,
                    info.pid(),
                    ms);
            return Optional.of(info);
        } catch (EngineStartException e) {
            LOG.warn(
                    "engine_process={} state=unavailable reason=\"{}\"",
                    seat.number,
                    e.getMessage());
            return Optional.empty();
        }
    }

    private static void awaitEnd(long pid) throws InterruptedException, ExecutionException {
        Optional<ProcessHandle> process = ProcessHandle.of(pid);
        if (process.isPresent()) {
            process.get().onExit().get();
        }
    }

    private synchronized void become(Seat seat, boolean ready, boolean failed) {
        if (seat.ready && !ready && !closed) {
            LOG.warn("engine_process={} state=ended", seat.number);
        }
        seat.ready = ready;
        seat.failed = failed;
        serve();
    }

    private synchronized void giveBack(Seat seat) {
        seat.taken = false;
        serve();
    }

    /** The right to use one process until it is closed; guarded by the group. */
    public final class Seat implements AutoCloseable {
        private final int number;
        private final LlamaEngineClient client;
        private boolean ready;
        private boolean taken;
        private boolean failed;

        private Seat(int number, LlamaEngineClient client) {
            this.number = number;
            this.client = client;
        }

        public LlamaEngineClient client() {
            return client;
        }

        /** To be called once by whoever got it. */
        @Override
        public void close() {
            giveBack(this);
        }
    }
}
