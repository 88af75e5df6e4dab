package dev.millrace.classifier.service;

import dev.millrace.catalog.Catalog;
import dev.millrace.catalog.CatalogEntries;
import dev.millrace.catalog.Entry;
import dev.millrace.kit.Connection;
import dev.millrace.kit.TopicCreator;
import dev.millrace.topics.Topic;
import dev.millrace.topics.TopicPlan;
import dev.millrace.topics.Topics;
import dev.millrace.v1.CatalogEntry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** A test's hands on the topics of a real broker: as supervisor, ingress, worker and reader. */
final class RealTopics {
    private static final TopicPlan.Cluster CLUSTER = TopicPlan.Cluster.local();
    private final Connection connection;

    RealTopics(Connection connection) {
        this.connection = connection;
    }

    void create(Catalog catalog) throws Exception {
        List<TopicPlan> plans = new ArrayList<>(TopicPlan.base(CLUSTER));
        catalog.lanes()
                .values()
                .forEach(
                        lane ->
                                plans.addAll(
                                        TopicPlan.lane(lane.name(), lane.partitions(), CLUSTER)));
        try (Admin admin = Admin.create(connection.admin())) {
            new TopicCreator(admin).ensure(plans);
        }
    }

    void publish(Catalog catalog) throws Exception {
        for (Entry entry : CatalogEntries.of(catalog)) {
            put(
                    Topics.CATALOG,
                    entry.key(),
                    new CatalogEntry(
                            entry.kind(), entry.name(), catalog.version(), entry.canonicalJson()));
        }
        put(
                Topics.CATALOG,
                CatalogEntries.VERSION_KEY,
                new CatalogEntry("catalog", "version", catalog.version(), "{}"));
    }

    /** Writes one record and waits for its acknowledgement; the key chooses the partition. */
    <V extends SpecificRecord> void put(Topic<V> topic, String key, V value) throws Exception {
        try (KafkaProducer<String, V> producer =
                new KafkaProducer<>(
                        connection.producer(),
                        new StringSerializer(),
                        connection.serializer(topic))) {
            producer.send(new ProducerRecord<>(topic.name(), key, value)).get(20, TimeUnit.SECONDS);
        }
    }

    <V extends SpecificRecord> void put(Topic<V> topic, int partition, String key, V value)
            throws Exception {
        try (KafkaProducer<String, V> producer =
                new KafkaProducer<>(
                        connection.producer(),
                        new StringSerializer(),
                        connection.serializer(topic))) {
            producer.send(new ProducerRecord<>(topic.name(), partition, key, value))
                    .get(20, TimeUnit.SECONDS);
        }
    }

    void putBytes(Topic<?> topic, int partition, byte[] bytes) throws Exception {
        Map<String, Object> settings = new HashMap<>(connection.producer());
        settings.put("key.serializer", ByteArraySerializer.class.getName());
        settings.put("value.serializer", ByteArraySerializer.class.getName());
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(settings)) {
            producer.send(new ProducerRecord<>(topic.name(), partition, null, bytes))
                    .get(20, TimeUnit.SECONDS);
        }
    }

    /** Every committed record of a topic so far. */
    List<ConsumerRecord<byte[], byte[]>> all(String topic) {
        Map<String, Object> settings = new HashMap<>(connection.reader());
        settings.put("key.deserializer", ByteArrayDeserializer.class.getName());
        settings.put("value.deserializer", ByteArrayDeserializer.class.getName());
        List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(settings)) {
            List<TopicPartition> partitions =
                    consumer.partitionsFor(topic).stream()
                            .map(info -> new TopicPartition(topic, info.partition()))
                            .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            long until = System.nanoTime() + Duration.ofSeconds(10).toNanos();
            while (System.nanoTime() < until
                    && partitions.stream()
                            .anyMatch(at -> consumer.position(at) < ends.getOrDefault(at, 0L))) {
                consumer.poll(Duration.ofMillis(50)).forEach(records::add);
            }
        }
        return records;
    }

    <V extends SpecificRecord> List<V> values(Topic<V> topic) {
        var deserializer = connection.deserializer(topic);
        return all(topic.name()).stream()
                .map(record -> deserializer.deserialize(topic.name(), record.value()))
                .toList();
    }
}
