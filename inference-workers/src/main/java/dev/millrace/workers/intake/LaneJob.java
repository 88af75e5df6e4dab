package dev.millrace.workers.intake;

import dev.millrace.v1.Band;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * A lane record that waits for a slot, still encoded.
 *
 * @param record key job id, value a routed job
 */
public record LaneJob(ConsumerRecord<String, byte[]> record, Band band) {

    public TopicPartition partition() {
        return new TopicPartition(record.topic(), record.partition());
    }

    public long offset() {
        return record.offset();
    }

    int bytes() {
        return Math.max(0, record.serializedValueSize());
    }

    Place place() {
        return new Place(record.topic(), record.partition(), record.offset());
    }

    /** Names a record; the same whoever reads it, however often. */
    record Place(String topic, int partition, long offset) {}
}
