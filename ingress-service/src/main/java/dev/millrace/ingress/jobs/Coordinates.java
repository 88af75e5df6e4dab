package dev.millrace.ingress.jobs;

/**
 * Where an intake record lies.
 *
 * @param topicId the topic's unique id, which a topic that is deleted and made anew does not share
 */
public record Coordinates(String topic, String topicId, int partition, long offset) {}
