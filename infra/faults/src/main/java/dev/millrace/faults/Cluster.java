package dev.millrace.faults;

import dev.millrace.kit.Connection;
import dev.millrace.kit.LaneLags;
import dev.millrace.topics.Topics;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.common.TopicPartitionInfo;

/** What the ordinary Admin API says. */
final class Cluster implements AutoCloseable {
    private static final int CALL_S = 15;
    private final Admin admin;

    Cluster(Connection connection) {
        admin = Admin.create(connection.admin());
    }

    /** The id of the broker that leads the most partitions. */
    int busiestLeader() throws InterruptedException, ExecutionException, TimeoutException {
        Map<Integer, Integer> leads = new HashMap<>();
        for (TopicPartitionInfo partition : partitions()) {
            if (partition.leader() != null) {
                leads.merge(partition.leader().id(), 1, Integer::sum);
            }
        }
        return leads.entrySet().stream()
                .max(Map.Entry.comparingByValue())
                .map(Map.Entry::getKey)
                .orElseThrow();
    }

    /** Every partition, those of Kafka's own topics too, has all of its replicas in sync. */
    boolean isWhole() throws InterruptedException, ExecutionException, TimeoutException {
        return partitions().stream()
                .allMatch(
                        partition ->
                                partition.leader() != null
                                        && partition.isr().size() == FaultStack.BROKERS);
    }

    private List<TopicPartitionInfo> partitions()
            throws InterruptedException, ExecutionException, TimeoutException {
        Collection<String> topics =
                admin.listTopics(new ListTopicsOptions().listInternal(true))
                        .names()
                        .get(CALL_S, TimeUnit.SECONDS);
        return admin
                .describeTopics(topics)
                .allTopicNames()
                .get(CALL_S, TimeUnit.SECONDS)
                .values()
                .stream()
                .flatMap(topic -> topic.partitions().stream())
                .toList();
    }

    /** Records of a lane that its group has not committed. */
    long lag(String lane) throws InterruptedException, ExecutionException, TimeoutException {
        return Objects.requireNonNull(new LaneLags(admin).of(List.of(lane)).get(lane));
    }

    /** A number that grows with each rebalance of a lane's group. */
    int groupEpoch(String lane) throws InterruptedException, ExecutionException, TimeoutException {
        String group = Topics.laneGroup(lane);
        ConsumerGroupDescription description =
                Objects.requireNonNull(
                        admin.describeConsumerGroups(List.of(group))
                                .all()
                                .get(CALL_S, TimeUnit.SECONDS)
                                .get(group));
        return description.groupEpoch().orElseThrow();
    }

    @Override
    public void close() {
        admin.close(java.time.Duration.ofSeconds(5));
    }
}
