package dev.millrace.kit;

import dev.millrace.topics.DeadLetterHeaders;
import dev.millrace.topics.Topics;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.jspecify.annotations.Nullable;

/**
 * A record that could not be processed, as it goes to {@code millrace.dead-letters}: the original
 * bytes under the key {@code topic/partition/offset}, and headers that say why.
 *
 * @param reason a short stable word, then detail if any; never content
 */
public record DeadLetter(
        String topic,
        int partition,
        long offset,
        String reason,
        int attempts,
        byte @Nullable [] value) {

    /** Its key: where it came from. */
    public String key() {
        return topic + "/" + partition + "/" + offset;
    }

    /** The original headers, then ours. */
    public Headers headers(Headers original) {
        Headers headers = new RecordHeaders(original.toArray());
        add(headers, DeadLetterHeaders.REASON, reason);
        add(headers, DeadLetterHeaders.TOPIC, topic);
        add(headers, DeadLetterHeaders.PARTITION, Integer.toString(partition));
        add(headers, DeadLetterHeaders.OFFSET, Long.toString(offset));
        add(headers, DeadLetterHeaders.ATTEMPTS, Integer.toString(attempts));
        return headers;
    }

    /** For a producer of plain bytes. */
    public ProducerRecord<byte[], byte[]> toRecord(Headers original) {
        return new ProducerRecord<>(
                Topics.DEAD_LETTERS,
                null,
                key().getBytes(StandardCharsets.UTF_8),
                value,
                headers(original));
    }

    private static void add(Headers headers, String name, String text) {
        headers.add(name, text.getBytes(StandardCharsets.UTF_8));
    }
}
