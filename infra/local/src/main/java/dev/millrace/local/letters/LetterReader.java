package dev.millrace.local.letters;

import dev.millrace.kit.Connection;
import dev.millrace.topics.Topics;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/** Reads {@code millrace.dead-letters} from its beginning to its end as it is now. */
public final class LetterReader {
    private static final Duration STALL = Duration.ofSeconds(30);
    private final Connection connection;

    public LetterReader(Connection connection) {
        this.connection = connection;
    }

    /**
     * Hands over each letter, in the order of its partition; none is kept.
     *
     * @throws TimeoutException when none comes for half a minute
     */
    public void each(LetterFilter filter, Consumer<Letter> each) throws TimeoutException {
        Map<String, Object> settings = new HashMap<>(connection.reader());
        settings.remove("key.deserializer");
        settings.remove("value.deserializer");
        settings.put("max.partition.fetch.bytes", "4194304");
        settings.put("fetch.max.bytes", "8388608");
        try (KafkaConsumer<String, byte[]> consumer =
                new KafkaConsumer<>(
                        settings, new StringDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> partitions =
                    consumer.partitionsFor(Topics.DEAD_LETTERS).stream()
                            .map(info -> new TopicPartition(info.topic(), info.partition()))
                            .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            long lastRead = System.nanoTime();
            while (!isAtEnd(consumer, ends)) {
                ConsumerRecords<String, byte[]> records = consumer.poll(Duration.ofMillis(200));
                records.forEach(record -> pass(Letter.of(record), filter, each));
                if (!records.isEmpty()) {
                    lastRead = System.nanoTime();
                } else if (System.nanoTime() - lastRead > STALL.toNanos()) {
                    throw new TimeoutException(
                            "no dead letter could be read for " + STALL.toSeconds() + " s");
                }
            }
        }
    }

    private static void pass(Letter letter, LetterFilter filter, Consumer<Letter> each) {
        if (filter.test(letter)) {
            each.accept(letter);
        }
    }

    private static boolean isAtEnd(
            KafkaConsumer<String, byte[]> consumer, Map<TopicPartition, Long> ends) {
        return ends.entrySet().stream()
                .allMatch(end -> consumer.position(end.getKey()) >= end.getValue());
    }
}
