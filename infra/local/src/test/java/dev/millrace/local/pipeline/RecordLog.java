package dev.millrace.local.pipeline;

import dev.millrace.kit.Connection;
import dev.millrace.topics.Topic;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/** Everything on a topic from its beginning, as it comes in, on a daemon thread. */
final class RecordLog<V> implements AutoCloseable {
    private final List<ConsumerRecord<String, V>> records = new CopyOnWriteArrayList<>();
    private final Thread thread;

    static <V extends SpecificRecord> RecordLog<V> of(Connection connection, Topic<V> topic) {
        return new RecordLog<>(connection, topic.name(), connection.deserializer(topic));
    }

    static RecordLog<byte[]> ofBytes(Connection connection, String topic) {
        return new RecordLog<>(connection, topic, new ByteArrayDeserializer());
    }

    private RecordLog(Connection connection, String topic, Deserializer<V> values) {
        thread =
                Thread.ofPlatform()
                        .daemon()
                        .name("log-" + topic)
                        .start(() -> follow(connection, topic, values));
    }

    @Override
    public void close() {
        thread.interrupt();
    }

    List<ConsumerRecord<String, V>> records() {
        return records;
    }

    List<V> values() {
        return records.stream().map(ConsumerRecord::value).toList();
    }

    private void follow(Connection connection, String topic, Deserializer<V> values) {
        Map<String, Object> settings = new HashMap<>(connection.reader());
        settings.remove("key.deserializer");
        settings.remove("value.deserializer");
        try (KafkaConsumer<String, V> consumer =
                new KafkaConsumer<>(settings, new StringDeserializer(), values)) {
            List<TopicPartition> partitions =
                    consumer.partitionsFor(topic).stream()
                            .map(info -> new TopicPartition(topic, info.partition()))
                            .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            while (!Thread.currentThread().isInterrupted()) {
                consumer.poll(Duration.ofMillis(100)).forEach(records::add);
            }
        } catch (InterruptException e) {
            Thread.currentThread().interrupt();
        }
    }
}
