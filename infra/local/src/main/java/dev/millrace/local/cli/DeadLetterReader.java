package dev.millrace.local.cli;

import dev.millrace.kit.Connection;
import dev.millrace.local.home.Endpoints;
import dev.millrace.topics.DeadLetterHeaders;
import dev.millrace.topics.Topics;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/** Reads {@code millrace.dead-letters} from beginning to end. */
final class DeadLetterReader {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final int MOST = 100_000;
    private final Endpoints endpoints;

    DeadLetterReader(Endpoints endpoints) {
        this.endpoints = endpoints;
    }

    /** One letter; {@code id} is where the record came from: topic/partition/offset. */
    record Letter(
            String id,
            Instant at,
            String topic,
            String reason,
            String attempts,
            Map<String, String> headers,
            byte[] value) {}

    List<Letter> all() throws TimeoutException {
        Map<String, Object> settings =
                new HashMap<>(
                        Connection.to(endpoints.bootstrap(), endpoints.registryUrl()).reader());
        settings.remove("key.deserializer");
        settings.remove("value.deserializer");
        List<Letter> letters = new ArrayList<>();
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
            long deadline = System.nanoTime() + LIMIT.toNanos();
            while (ends.entrySet().stream()
                            .anyMatch(end -> consumer.position(end.getKey()) < end.getValue())
                    && letters.size() < MOST) {
                if (System.nanoTime() > deadline) {
                    throw new TimeoutException(
                            "the dead letters could not be read within "
                                    + LIMIT.toSeconds()
                                    + " s");
                }
                consumer.poll(Duration.ofMillis(200))
                        .forEach(record -> letters.add(letter(record)));
            }
        }
        letters.sort(Comparator.comparing(Letter::at));
        return letters;
    }

    private static Letter letter(ConsumerRecord<String, byte[]> record) {
        Map<String, String> headers = new LinkedHashMap<>();
        for (Header header : record.headers()) {
            headers.put(
                    header.key(),
                    new String(
                            header.value() == null ? new byte[0] : header.value(),
                            StandardCharsets.UTF_8));
        }
        return new Letter(
                record.key() == null ? "" : record.key(),
                Instant.ofEpochMilli(record.timestamp()),
                headers.getOrDefault(DeadLetterHeaders.TOPIC, ""),
                headers.getOrDefault(DeadLetterHeaders.REASON, ""),
                headers.getOrDefault(DeadLetterHeaders.ATTEMPTS, ""),
                headers,
                record.value() == null ? new byte[0] : record.value());
    }
}
