package dev.millrace.workers;

import dev.millrace.kit.Connection;
import dev.millrace.kit.LiveCatalog;
import dev.millrace.kit.TopicWait;
import dev.millrace.topics.Topics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A worker from start to end: it waits for what the lane needs and says so, serves the lane, goes
 * on with a new consumer where one has failed, and drains when it is told to leave. Nothing here
 * gives up because something is not there yet.
 */
final class WorkerLife implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(WorkerLife.class);
    private static final Duration LOOK = Duration.ofMillis(500);
    private static final Duration SAY_SO = Duration.ofSeconds(10);
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);

    /** Beyond the drain: the last commit, the consumer's good-bye, and a margin. */
    private static final Duration STOP_MARGIN = Duration.ofSeconds(9);

    private final Connection connection;
    private final LiveCatalog catalog;
    private final LaneView lane;
    private final LaneTopics topics;
    private final Supplier<LaneWorker> workers;
    private final WorkerCondition condition;
    private final WorkerSettings settings;
    private final CountDownLatch leaving = new CountDownLatch(1);
    private final Thread thread = Thread.ofPlatform().name("lane-worker").unstarted(this::live);
    private volatile @Nullable LaneWorker current;

    /**
     * @param workers makes a worker with a consumer of its own
     */
    WorkerLife(
            Connection connection,
            LiveCatalog catalog,
            LaneView lane,
            LaneTopics topics,
            Supplier<LaneWorker> workers,
            WorkerCondition condition,
            WorkerSettings settings) {
        this.connection = connection;
        this.catalog = catalog;
        this.lane = lane;
        this.topics = topics;
        this.workers = workers;
        this.condition = condition;
        this.settings = settings;
    }

    WorkerLife start() {
        thread.start();
        return this;
    }

    /** Drains and returns when the worker has left; bounded by the drain time and some seconds. */
    @Override
    public void close() {
        leaving.countDown();
        LaneWorker worker = current;
        if (worker == null) {
            // it still waits for something
            thread.interrupt();
        } else {
            worker.leave();
        }
        try {
            if (!thread.join(settings.drain().plus(STOP_MARGIN))) {
                LOG.error("state=stuck the worker has not left in time");
                thread.interrupt();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void live() {
        try {
            awaitLane();
            awaitTopics();
            Duration pause = FIRST_PAUSE;
            while (isStaying()) {
                if (served()) {
                    pause = FIRST_PAUSE;
                } else {
                    LOG.info("state=starting_again in_ms={}", pause.toMillis());
                    staysFor(pause);
                    pause =
                            pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0
                                    ? pause.multipliedBy(2)
                                    : LONGEST_PAUSE;
                }
            }
        } catch (InterruptedException | InterruptException e) {
            LOG.warn("state=interrupted");
        }
    }

    /** The catalog has been read, and the lane is in it. */
    private void awaitLane() throws InterruptedException {
        long said = 0;
        while (isStaying() && lane.known().isEmpty()) {
            String what =
                    isLoaded()
                            ? "lane " + settings.lane() + " to be in the catalog"
                            : "the catalog";
            condition.waitingFor(what);
            if (said == 0 || System.nanoTime() - said > SAY_SO.toNanos()) {
                LOG.info("lane={} waiting_for=\"{}\"", settings.lane(), what);
                said = System.nanoTime();
            }
            staysFor(LOOK);
        }
    }

    private boolean isLoaded() throws InterruptedException {
        try {
            catalog.awaitLoaded(Duration.ZERO);
            return true;
        } catch (TimeoutException e) {
            return false;
        }
    }

    private void awaitTopics() throws InterruptedException {
        List<String> needed = new ArrayList<>(topics.names());
        needed.add(Topics.OUTCOMES.name());
        needed.add(Topics.CONTROL.name());
        condition.waitingFor("the lane's topics");
        try (Admin admin = Admin.create(connection.admin())) {
            while (isStaying()) {
                try {
                    TopicWait.until(admin, needed, SAY_SO);
                    return;
                } catch (TimeoutException e) {
                    LOG.warn(
                            "lane={} waiting_for=topics reason=\"{}\"",
                            settings.lane(),
                            e.getMessage());
                }
            }
        }
    }

    /** Whether the worker came to its end as it should. */
    private boolean served() {
        LaneWorker worker = workers.get();
        current = worker;
        if (!isStaying()) {
            worker.leave();
        }
        try {
            worker.run();
            return true;
        } catch (KafkaException e) {
            condition.waitingFor("a new consumer: " + e.getMessage());
            LOG.warn("lane={} consumer=failed error={}", settings.lane(), e.toString());
            return false;
        } catch (RuntimeException e) {
            condition.waitingFor("a new consumer: " + e.getClass().getSimpleName());
            LOG.error("lane={} consumer=failed", settings.lane(), e);
            return false;
        }
    }

    private boolean isStaying() {
        return leaving.getCount() > 0;
    }

    private void staysFor(Duration time) throws InterruptedException {
        boolean left = leaving.await(time.toMillis(), TimeUnit.MILLISECONDS);
        LOG.debug("leaving={}", left);
    }
}
