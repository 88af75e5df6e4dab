package dev.millrace.workers.intake;

import org.apache.kafka.common.TopicPartition;

/** Names a record; the same whoever reads it, however often. */
public record Place(String topic, int partition, long offset) {

    public TopicPartition topicPartition() {
        return new TopicPartition(topic, partition);
    }
}
