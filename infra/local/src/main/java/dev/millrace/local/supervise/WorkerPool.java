package dev.millrace.local.supervise;

import dev.millrace.catalog.Catalog;
import dev.millrace.catalog.Lane;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps as many workers running for each lane as the catalog says, also when it changes. */
final class WorkerPool {
    private static final Logger LOG = LoggerFactory.getLogger(WorkerPool.class);
    private final BiFunction<String, Integer, Supervised> newWorker;
    private final StateBoard board;
    private final Map<String, List<Supervised>> workers = new HashMap<>();
    private boolean closed;

    /**
     * @param newWorker makes the n-th worker of a lane, not started
     */
    WorkerPool(BiFunction<String, Integer, Supervised> newWorker, StateBoard board) {
        this.newWorker = newWorker;
        this.board = board;
    }

    /** Starts what is missing, stops what is too many; returns what was started. */
    synchronized List<Supervised> follow(Catalog catalog) {
        List<Supervised> started = new ArrayList<>();
        if (closed) {
            return started;
        }
        for (Lane lane : catalog.lanes().values()) {
            List<Supervised> running =
                    workers.computeIfAbsent(lane.name(), name -> new ArrayList<>());
            while (running.size() < lane.workers()) {
                Supervised worker = newWorker.apply(lane.name(), running.size() + 1);
                running.add(worker);
                board.add(worker);
                started.add(worker.start());
            }
        }
        workers.forEach(
                (lane, running) -> {
                    int wanted = catalog.lane(lane).map(Lane::workers).orElse(0);
                    while (running.size() > wanted) {
                        Supervised surplus = running.removeLast();
                        LOG.info("lane={} worker={} stop=surplus", lane, surplus.name());
                        Thread.ofVirtual().start(() -> retire(surplus));
                    }
                });
        return started;
    }

    synchronized void close() {
        closed = true;
    }

    private void retire(Supervised worker) {
        try {
            worker.stop();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        board.remove(worker);
    }
}
