package dev.millrace.workers;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Jobs that must not start before a commit says that they run here: should the worker die of one,
 * the next owner knows. Thread-safe.
 */
final class StartNotes {
    private static final Logger LOG = LoggerFactory.getLogger(StartNotes.class);

    /** A broker that is away does not stop jobs that are here. */
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(5);

    private final PollWake wake;
    private final List<CountDownLatch> asked = new ArrayList<>();

    StartNotes(PollWake wake) {
        this.wake = wake;
    }

    /** Waits until a commit has said that the calling job, which is under way, runs here. */
    void await() throws InterruptedException {
        CountDownLatch written = new CountDownLatch(1);
        synchronized (this) {
            asked.add(written);
        }
        wake.wake();
        if (!written.await(LONGEST_WAIT.toNanos(), TimeUnit.NANOSECONDS)) {
            LOG.warn("start_note=unwritten waited_ms={}", LONGEST_WAIT.toMillis());
            synchronized (this) {
                asked.remove(written);
            }
        }
    }

    /** Those who wait now; the commit that is built next speaks of their jobs. */
    synchronized List<CountDownLatch> asked() {
        return List.copyOf(asked);
    }

    synchronized boolean isEmpty() {
        return asked.isEmpty();
    }

    /** That commit got through. */
    void written(List<CountDownLatch> by) {
        synchronized (this) {
            asked.removeAll(by);
        }
        by.forEach(CountDownLatch::countDown);
    }
}
