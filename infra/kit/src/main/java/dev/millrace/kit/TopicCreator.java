package dev.millrace.kit;

import dev.millrace.topics.TopicPlan;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/**
 * Creates topics and waits until they can be written to. It runs before anything can name them,
 * because a Streams application that writes to a missing topic stops everything behind that record.
 */
public final class TopicCreator {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private final Admin admin;

    public TopicCreator(Admin admin) {
        this.admin = admin;
    }

    /**
     * Makes each topic exist with at least its planned partitions. Existing settings are left
     * alone.
     *
     * @return the names of the topics that were created
     */
    public Set<String> ensure(Collection<TopicPlan> plans)
            throws InterruptedException, ExecutionException, TimeoutException {
        Set<String> created = create(plans);
        raisePartitions(plans);
        return created;
    }

    private Set<String> create(Collection<TopicPlan> plans)
            throws InterruptedException, ExecutionException, TimeoutException {
        Set<String> existing = get(admin.listTopics().names());
        List<NewTopic> missing =
                plans.stream()
                        .filter(plan -> !existing.contains(plan.name()))
                        .map(
                                plan ->
                                        new NewTopic(
                                                        plan.name(),
                                                        plan.partitions(),
                                                        plan.replicationFactor())
                                                .configs(plan.configs()))
                        .toList();
        Set<String> created = new HashSet<>();
        for (Map.Entry<String, KafkaFuture<Void>> each :
                admin.createTopics(missing).values().entrySet()) {
            try {
                get(each.getValue());
                created.add(each.getKey());
            } catch (ExecutionException e) {
                if (!(e.getCause() instanceof TopicExistsException)) {
                    throw e;
                }
            }
        }
        return created;
    }

    private void raisePartitions(Collection<TopicPlan> plans)
            throws InterruptedException, ExecutionException, TimeoutException {
        Map<String, TopicDescription> described =
                describe(plans.stream().map(TopicPlan::name).toList());
        for (TopicPlan plan : plans) {
            TopicDescription there = described.get(plan.name());
            if (there != null && there.partitions().size() < plan.partitions()) {
                get(
                        admin.createPartitions(
                                        Map.of(
                                                plan.name(),
                                                NewPartitions.increaseTo(plan.partitions())))
                                .all());
            }
        }
    }

    /** Every topic has a leader for each partition when this returns. */
    private Map<String, TopicDescription> describe(Collection<String> names)
            throws InterruptedException, ExecutionException, TimeoutException {
        long end = System.nanoTime() + TIMEOUT.toNanos();
        while (true) {
            try {
                Map<String, TopicDescription> described =
                        get(admin.describeTopics(names).allTopicNames());
                boolean led =
                        described.values().stream()
                                .flatMap(topic -> topic.partitions().stream())
                                .allMatch(partition -> partition.leader() != null);
                if (led) {
                    return described;
                }
            } catch (ExecutionException e) {
                if (!(e.getCause() instanceof UnknownTopicOrPartitionException)) {
                    throw e;
                }
            }
            if (System.nanoTime() > end) {
                throw new TimeoutException(
                        "topics had no leaders within " + TIMEOUT.toSeconds() + " s: " + names);
            }
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    private static <T> T get(KafkaFuture<T> future)
            throws InterruptedException, ExecutionException, TimeoutException {
        return future.get(TIMEOUT.toSeconds(), TimeUnit.SECONDS);
    }
}
