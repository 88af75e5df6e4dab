package dev.millrace.kit;

import java.time.Duration;
import java.util.Collection;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Waits for topics that somebody else creates; a service that reads or writes a missing one would
 * stand still.
 */
public final class TopicWait {
    private static final Logger LOG = LoggerFactory.getLogger(TopicWait.class);
    private static final Duration BETWEEN = Duration.ofMillis(250);
    private static final Duration SAY_SO = Duration.ofSeconds(5);

    /**
     * Returns as soon as all topics are there.
     *
     * @throws TimeoutException naming those that are not, or that the broker did not answer
     */
    public static void until(Admin admin, Collection<String> topics, Duration timeout)
            throws InterruptedException, TimeoutException {
        long start = System.nanoTime();
        long said = start;
        while (true) {
            Set<String> missing = missing(admin, topics);
            if (missing.isEmpty()) {
                return;
            }
            long now = System.nanoTime();
            if (now - start > timeout.toNanos()) {
                throw new TimeoutException(
                        "topics are missing after " + timeout.toSeconds() + " s: " + missing);
            }
            if (now - said > SAY_SO.toNanos()) {
                LOG.info("waiting_for=topics missing={}", missing);
                said = now;
            }
            TimeUnit.NANOSECONDS.sleep(BETWEEN.toNanos());
        }
    }

    /** All of them while the broker does not answer. */
    private static Set<String> missing(Admin admin, Collection<String> topics)
            throws InterruptedException {
        Set<String> missing = new TreeSet<>(topics);
        try {
            missing.removeAll(admin.listTopics().names().get(10, TimeUnit.SECONDS));
        } catch (ExecutionException | TimeoutException e) {
            LOG.warn("waiting_for=broker error={}", e.toString());
        }
        return missing;
    }

    private TopicWait() {}
}
