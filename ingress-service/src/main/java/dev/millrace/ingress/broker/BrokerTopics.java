package dev.millrace.ingress.broker;

import dev.millrace.ingress.intake.TopicIds;
import dev.millrace.ingress.replies.ReplyTopics;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the broker knows of topics, remembered for a short while. */
public final class BrokerTopics implements TopicIds, ReplyTopics, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(BrokerTopics.class);
    private static final Duration TIMEOUT = Duration.ofSeconds(3);
    private static final Duration BELIEF = Duration.ofSeconds(5);
    private static final Duration DOUBT = Duration.ofMillis(500);
    private static final int MOST_REMEMBERED = 10_000;

    private final Admin admin;
    private final Clock clock;
    private final Map<String, String> ids = new ConcurrentHashMap<>();
    private final Map<String, Seen> seen = new ConcurrentHashMap<>();

    private record Seen(Presence presence, Instant until) {}

    public BrokerTopics(Admin admin, Clock clock) {
        this.admin = admin;
        this.clock = clock;
    }

    @Override
    public Optional<String> idOf(String topic) {
        String known = ids.get(topic);
        if (known != null) {
            return Optional.of(known);
        }
        try {
            String id = describe(topic).topicId().toString();
            remember(ids, topic, id);
            return Optional.of(id);
        } catch (ExecutionException | TimeoutException e) {
            LOG.warn("topic={} id=unknown error={}", topic, e.toString());
            return Optional.empty();
        }
    }

    @Override
    public void forget(Collection<String> topics) {
        topics.forEach(ids::remove);
    }

    @Override
    public Presence presence(String topic) {
        Seen last = seen.get(topic);
        Instant now = clock.instant();
        if (last != null && now.isBefore(last.until())) {
            return last.presence();
        }
        Presence presence = look(topic);
        Duration valid = presence == Presence.THERE ? BELIEF : DOUBT;
        remember(seen, topic, new Seen(presence, now.plus(valid)));
        return presence;
    }

    @Override
    public void doubt(String topic) {
        seen.remove(topic);
    }

    /** How many partitions a topic has, or empty when it is not there or the broker cannot say. */
    public Optional<Integer> partitions(String topic) {
        try {
            return Optional.of(describe(topic).partitions().size());
        } catch (ExecutionException | TimeoutException e) {
            return Optional.empty();
        }
    }

    @Override
    public void close() {
        admin.close(Duration.ofSeconds(1));
    }

    /** Whether the cluster answers at all. */
    public boolean brokerAnswers() {
        try {
            return !admin.describeCluster()
                    .nodes()
                    .get(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
                    .isEmpty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } catch (ExecutionException | TimeoutException e) {
            return false;
        }
    }

    private Presence look(String topic) {
        try {
            describe(topic);
            return Presence.THERE;
        } catch (ExecutionException e) {
            return switch (e.getCause()) {
                case UnknownTopicOrPartitionException missing -> Presence.MISSING;
                case InvalidTopicException missing -> Presence.MISSING;
                case TopicAuthorizationException forbidden -> Presence.MISSING;
                case null, default -> Presence.UNREACHABLE;
            };
        } catch (TimeoutException e) {
            return Presence.UNREACHABLE;
        }
    }

    private TopicDescription describe(String topic) throws ExecutionException, TimeoutException {
        try {
            Map<String, TopicDescription> described =
                    admin.describeTopics(List.of(topic))
                            .allTopicNames()
                            .get(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
            return Objects.requireNonNull(described.get(topic));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new TimeoutException("interrupted");
        }
    }

    private static <V> void remember(Map<String, V> map, String topic, V value) {
        if (map.size() >= MOST_REMEMBERED) {
            map.clear();
        }
        map.put(topic, value);
    }
}
