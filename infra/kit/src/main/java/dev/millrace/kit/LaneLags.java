package dev.millrace.kit;

import dev.millrace.topics.Topics;
import dev.millrace.v1.Band;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeTopicsResult;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsSpec;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;

/**
 * The lanes' record lag as any lag exporter sees it: end offsets less committed offsets over a
 * lane's bands. A handful of requests for all lanes together.
 */
public final class LaneLags {
    private static final int SECONDS = 10;
    private static final TopicDescription NONE = new TopicDescription("", false, List.of());
    private final Admin admin;

    public LaneLags(Admin admin) {
        this.admin = admin;
    }

    /**
     * Records by lane; a partition without a commit counts from its beginning. A lane whose topics
     * are not there is left out.
     */
    public Map<String, Long> of(Collection<String> lanes)
            throws InterruptedException, ExecutionException, TimeoutException {
        Map<String, List<TopicPartition>> partitions = partitions(lanes);
        if (partitions.isEmpty()) {
            return Map.of();
        }
        List<TopicPartition> all = partitions.values().stream().flatMap(List::stream).toList();
        Map<TopicPartition, ListOffsetsResultInfo> ends = offsets(all, OffsetSpec.latest());
        Map<TopicPartition, ListOffsetsResultInfo> begins = offsets(all, OffsetSpec.earliest());
        Map<TopicPartition, OffsetAndMetadata> committed = committed(partitions.keySet());
        Map<String, Long> lags = new TreeMap<>();
        partitions.forEach(
                (lane, own) ->
                        lags.put(
                                lane,
                                own.stream()
                                        .mapToLong(
                                                each ->
                                                        lag(
                                                                ends.get(each),
                                                                begins.get(each),
                                                                committed.get(each)))
                                        .sum()));
        return lags;
    }

    private static long lag(
            @Nullable ListOffsetsResultInfo end,
            @Nullable ListOffsetsResultInfo begin,
            @Nullable OffsetAndMetadata commit) {
        if (end == null) {
            return 0;
        }
        long from = commit != null ? commit.offset() : begin == null ? 0 : begin.offset();
        return Math.max(0, end.offset() - from);
    }

    private Map<String, List<TopicPartition>> partitions(Collection<String> lanes)
            throws InterruptedException, ExecutionException, TimeoutException {
        List<String> topics = lanes.stream().flatMap(lane -> topics(lane).stream()).toList();
        DescribeTopicsResult described = admin.describeTopics(topics);
        Map<String, TopicDescription> found = new HashMap<>();
        for (Map.Entry<String, KafkaFuture<TopicDescription>> each :
                described.topicNameValues().entrySet()) {
            try {
                found.put(each.getKey(), each.getValue().get(SECONDS, TimeUnit.SECONDS));
            } catch (ExecutionException e) {
                if (!(e.getCause() instanceof UnknownTopicOrPartitionException)) {
                    throw e;
                }
            }
        }
        Map<String, List<TopicPartition>> partitions = new TreeMap<>();
        for (String lane : lanes) {
            if (found.keySet().containsAll(topics(lane))) {
                List<TopicPartition> own = new ArrayList<>();
                for (String topic : topics(lane)) {
                    found.getOrDefault(topic, NONE)
                            .partitions()
                            .forEach(info -> own.add(new TopicPartition(topic, info.partition())));
                }
                partitions.put(lane, own);
            }
        }
        return partitions;
    }

    private static List<String> topics(String lane) {
        return List.of(Band.values()).stream().map(band -> Topics.lane(lane, band).name()).toList();
    }

    private Map<TopicPartition, ListOffsetsResultInfo> offsets(
            List<TopicPartition> partitions, OffsetSpec spec)
            throws InterruptedException, ExecutionException, TimeoutException {
        Map<TopicPartition, OffsetSpec> wanted =
                partitions.stream().collect(Collectors.toMap(Function.identity(), each -> spec));
        return admin.listOffsets(wanted, new ListOffsetsOptions(IsolationLevel.READ_COMMITTED))
                .all()
                .get(SECONDS, TimeUnit.SECONDS);
    }

    /** A group that never was has committed nothing. */
    private Map<TopicPartition, OffsetAndMetadata> committed(Collection<String> lanes)
            throws InterruptedException, ExecutionException, TimeoutException {
        var result =
                admin.listConsumerGroupOffsets(
                        lanes.stream()
                                .collect(
                                        Collectors.toMap(
                                                Topics::laneGroup,
                                                lane -> new ListConsumerGroupOffsetsSpec())));
        Map<TopicPartition, OffsetAndMetadata> committed = new HashMap<>();
        for (String lane : lanes) {
            try {
                result.partitionsToOffsetAndMetadata(Topics.laneGroup(lane))
                        .get(SECONDS, TimeUnit.SECONDS)
                        .forEach(
                                (partition, offset) -> {
                                    if (offset != null) {
                                        committed.put(partition, offset);
                                    }
                                });
            } catch (ExecutionException e) {
                if (!(e.getCause() instanceof GroupIdNotFoundException)) {
                    throw e;
                }
            }
        }
        return committed;
    }
}
