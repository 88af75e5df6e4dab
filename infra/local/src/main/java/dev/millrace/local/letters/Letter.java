package dev.millrace.local.letters;

import dev.millrace.topics.DeadLetterHeaders;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;

/**
 * A record that could not be processed, or a job whose attempts were used up.
 *
 * @param id where the record came from: {@code topic/partition/offset}
 * @param at when it became a letter
 * @param topic that it came from; for a job out of attempts, that of its last outcome
 * @param reason a short stable word, then detail
 * @param attempts how often it was tried
 * @param headers the original ones, and those that say why
 * @param value the original bytes; empty where they were not kept
 */
public record Letter(
        String id,
        Instant at,
        String topic,
        String reason,
        String attempts,
        Headers headers,
        Optional<byte[]> value) {

    static Letter of(ConsumerRecord<String, byte[]> record) {
        return new Letter(
                record.key() == null ? "" : record.key(),
                Instant.ofEpochMilli(record.timestamp()),
                text(record.headers(), DeadLetterHeaders.TOPIC),
                text(record.headers(), DeadLetterHeaders.REASON),
                text(record.headers(), DeadLetterHeaders.ATTEMPTS),
                record.headers(),
                Optional.ofNullable(record.value()));
    }

    public int bytes() {
        return value.map(bytes -> bytes.length).orElse(0);
    }

    private static String text(Headers headers, String name) {
        Header header = headers.lastHeader(name);
        return header == null || header.value() == null
                ? ""
                : new String(header.value(), StandardCharsets.UTF_8);
    }
}
