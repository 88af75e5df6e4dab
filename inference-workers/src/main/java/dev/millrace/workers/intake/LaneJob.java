package dev.millrace.workers.intake;

import dev.millrace.topics.LaneHeaders;
import dev.millrace.v1.Band;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;

/**
 * A lane record that waits for a slot, still encoded.
 *
 * @param record key job id, value a routed job
 * @param partition the record's; all records that came together share one object
 */
public record LaneJob(
        ConsumerRecord<String, byte[]> record, TopicPartition partition, Band band, Way way) {

    /** How a record is run. */
    public enum Way {
        AT_ONCE,
        /** Not before a commit says that it runs here. */
        NOTED,
        /** The same, and no other such one beside it: a worker has died while it ran. */
        ON_TRIAL,
        /** Not at all: workers have died of it, which is reported instead. */
        REPORTED_DEAD
    }

    public LaneJob(ConsumerRecord<String, byte[]> record, Band band) {
        this(record, new TopicPartition(record.topic(), record.partition()), band, Way.AT_ONCE);
    }

    public LaneJob with(Way newWay) {
        return newWay == way ? this : new LaneJob(record, partition, band, newWay);
    }

    public long offset() {
        return record.offset();
    }

    public Place place() {
        return new Place(record.topic(), record.partition(), record.offset());
    }

    /** The tenant that the record's header names; empty where it names none. */
    public String tenant() {
        Header header = record.headers().lastHeader(LaneHeaders.TENANT);
        return header == null || header.value() == null
                ? ""
                : new String(header.value(), StandardCharsets.UTF_8);
    }

    int bytes() {
        return Math.max(0, record.serializedValueSize());
    }
}
