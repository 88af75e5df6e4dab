package dev.millrace.ingress.jobs;

import java.util.Optional;

/**
 * Where an intake record lies.
 *
 * @param topicId the topic's unique id, which a topic that is deleted and made anew does not share
 * @param replayOf the dead letter that the record replays, where it does
 */
public record Coordinates(
        String topic, String topicId, int partition, long offset, Optional<ReplayOf> replayOf) {

    public Coordinates(String topic, String topicId, int partition, long offset) {
        this(topic, topicId, partition, offset, Optional.empty());
    }
}
