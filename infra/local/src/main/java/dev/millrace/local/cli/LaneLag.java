package dev.millrace.local.cli;

import dev.millrace.topics.Topics;
import dev.millrace.v1.Band;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;

/**
 * A lane's record lag as any lag exporter sees it: end offsets less committed offsets over its
 * bands.
 */
final class LaneLag {
    private static final int SECONDS = 10;
    private final Admin admin;

    LaneLag(Admin admin) {
        this.admin = admin;
    }

    /** Records; a partition without a commit counts from its beginning. */
    long of(String lane) throws InterruptedException, ExecutionException, TimeoutException {
        List<String> topics =
                Stream.of(Band.values()).map(band -> Topics.lane(lane, band).name()).toList();
        Map<String, TopicDescription> described =
                admin.describeTopics(topics).allTopicNames().get(SECONDS, TimeUnit.SECONDS);
        Map<TopicPartition, OffsetSpec> latest = new HashMap<>();
        Map<TopicPartition, OffsetSpec> earliest = new HashMap<>();
        described.forEach(
                (topic, description) ->
                        description
                                .partitions()
                                .forEach(
                                        info -> {
                                            TopicPartition partition =
                                                    new TopicPartition(topic, info.partition());
                                            latest.put(partition, OffsetSpec.latest());
                                            earliest.put(partition, OffsetSpec.earliest());
                                        }));
        Map<TopicPartition, ListOffsetsResultInfo> ends = offsets(latest);
        Map<TopicPartition, ListOffsetsResultInfo> begins = offsets(earliest);
        Map<TopicPartition, OffsetAndMetadata> committed =
                admin.listConsumerGroupOffsets(Topics.laneGroup(lane))
                        .partitionsToOffsetAndMetadata()
                        .get(SECONDS, TimeUnit.SECONDS);
        long lag = 0;
        for (Map.Entry<TopicPartition, ListOffsetsResultInfo> end : ends.entrySet()) {
            OffsetAndMetadata commit = committed.get(end.getKey());
            ListOffsetsResultInfo begin = begins.get(end.getKey());
            long from = commit != null ? commit.offset() : begin == null ? 0 : begin.offset();
            lag += Math.max(0, end.getValue().offset() - from);
        }
        return lag;
    }

    private Map<TopicPartition, ListOffsetsResultInfo> offsets(
            Map<TopicPartition, OffsetSpec> specs)
            throws InterruptedException, ExecutionException, TimeoutException {
        return admin.listOffsets(specs, new ListOffsetsOptions(IsolationLevel.READ_COMMITTED))
                .all()
                .get(SECONDS, TimeUnit.SECONDS);
    }
}
