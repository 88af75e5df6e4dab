package dev.millrace.ledger.sink;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * What one transaction takes: entries in the order they were read, and where each partition goes on
 * behind them. Also without entries it moves the offsets over records that were set aside.
 *
 * @param next offsets of the next record to read; every partition of an entry is in it
 */
record SinkBatch<R>(List<Entry<R>> entries, Map<TopicPartition, Long> next) {

    /** One record, read. */
    record Entry<R>(ConsumerRecord<byte[], byte[]> record, R value) {
        TopicPartition partition() {
            return new TopicPartition(record.topic(), record.partition());
        }
    }

    SinkBatch {
        entries = List.copyOf(entries);
        next = Map.copyOf(next);
        for (Entry<R> entry : entries) {
            if (!next.containsKey(entry.partition())) {
                throw new IllegalArgumentException("no next offset for " + entry.partition());
            }
        }
    }

    int size() {
        return entries.size();
    }

    /** Bytes of the records' values as they were read. */
    long bytes() {
        return entries.stream()
                .mapToLong(entry -> Math.max(0, entry.record().serializedValueSize()))
                .sum();
    }

    List<R> values() {
        return entries.stream().map(Entry::value).toList();
    }

    /** The same advance without any entry. */
    SinkBatch<R> withoutEntries() {
        return new SinkBatch<>(List.of(), next);
    }

    /** The first half of the entries with the advance that they alone justify. */
    SinkBatch<R> firstHalf() {
        List<Entry<R>> half = entries.subList(0, size() / 2);
        Map<TopicPartition, Long> reached = new HashMap<>();
        half.forEach(
                entry -> reached.merge(entry.partition(), entry.record().offset() + 1, Math::max));
        return new SinkBatch<>(half, reached);
    }

    /** The other half, with the whole advance. */
    SinkBatch<R> secondHalf() {
        return new SinkBatch<>(entries.subList(size() / 2, size()), next);
    }
}
