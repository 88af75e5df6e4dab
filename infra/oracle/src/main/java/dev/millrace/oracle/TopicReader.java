package dev.millrace.oracle;

import dev.millrace.serde.AvroDeserializer;
import dev.millrace.topics.Topic;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/**
 * Reads whole topics, committed records only, from the first offset to the end as it is when
 * reading starts.
 */
final class TopicReader {
    private static final Duration CALL = Duration.ofSeconds(10);
    private static final Duration STALL = Duration.ofSeconds(20);
    private final Map<String, Object> settings = new HashMap<>();

    TopicReader(Subject subject) {
        settings.put("bootstrap.servers", subject.bootstrap());
        settings.put("schema.registry.url", subject.registryUrl());
        settings.put("specific.avro.reader", "true");
        settings.put("isolation.level", "read_committed");
        settings.put("enable.auto.commit", "false");
        settings.put("client.id", "millrace-oracle");
    }

    Set<String> topics() throws InterruptedException, ExecutionException, TimeoutException {
        try (Admin admin =
                Admin.create(Map.of("bootstrap.servers", settings.get("bootstrap.servers")))) {
            return admin.listTopics().names().get(CALL.toSeconds(), TimeUnit.SECONDS);
        }
    }

    /**
     * Names each record of the intake topics that a group has committed, as topic/partition/offset.
     */
    void eachCommitted(String group, Consumer<String> coordinates)
            throws InterruptedException, ExecutionException, TimeoutException {
        Map<TopicPartition, OffsetAndMetadata> committed;
        try (Admin admin =
                Admin.create(Map.of("bootstrap.servers", settings.get("bootstrap.servers")))) {
            committed =
                    admin.listConsumerGroupOffsets(group)
                            .partitionsToOffsetAndMetadata()
                            .get(CALL.toSeconds(), TimeUnit.SECONDS);
        }
        Set<String> topics = topics();
        for (String topic :
                topics.stream().filter(name -> name.startsWith("millrace.intake.")).toList()) {
            eachRaw(
                    topic,
                    record -> {
                        OffsetAndMetadata done =
                                committed.get(new TopicPartition(topic, record.partition()));
                        if (done != null && record.offset() < done.offset()) {
                            coordinates.accept(
                                    topic + "/" + record.partition() + "/" + record.offset());
                        }
                    });
        }
    }

    <V extends SpecificRecord> void each(Topic<V> topic, Consumer<ConsumerRecord<String, V>> reader)
            throws TimeoutException {
        AvroDeserializer<V> values = new AvroDeserializer<>();
        values.configure(settings, false);
        each(topic.name(), values, reader);
    }

    void eachRaw(String topic, Consumer<ConsumerRecord<String, byte[]>> reader)
            throws TimeoutException {
        each(topic, new ByteArrayDeserializer(), reader);
    }

    private <V> void each(
            String topic, Deserializer<V> values, Consumer<ConsumerRecord<String, V>> reader)
            throws TimeoutException {
        try (KafkaConsumer<String, V> consumer =
                new KafkaConsumer<>(settings, new StringDeserializer(), values)) {
            List<PartitionInfo> infos = consumer.partitionsFor(topic, CALL);
            List<TopicPartition> partitions =
                    infos.stream()
                            .map(info -> new TopicPartition(topic, info.partition()))
                            .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions, CALL);
            long lastProgress = System.nanoTime();
            while (ends.entrySet().stream()
                    .anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
                long before = positions(consumer, partitions);
                consumer.poll(Duration.ofMillis(200)).forEach(reader);
                if (positions(consumer, partitions) > before) {
                    lastProgress = System.nanoTime();
                } else if (System.nanoTime() - lastProgress > STALL.toNanos()) {
                    throw new TimeoutException("topic=" + topic + " could not be read to its end");
                }
            }
        }
    }

    private static long positions(KafkaConsumer<?, ?> consumer, List<TopicPartition> partitions) {
        return partitions.stream().mapToLong(consumer::position).sum();
    }
}
