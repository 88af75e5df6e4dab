package dev.millrace.classifier.stream;

import dev.millrace.topics.Topics;
import dev.millrace.v1.RoutedJob;
import org.apache.kafka.streams.processor.RecordContext;
import org.apache.kafka.streams.processor.TopicNameExtractor;

/** A routed job's own lane and band. */
public record LaneTopic() implements TopicNameExtractor<String, RoutedJob> {
    @Override
    public String extract(String jobId, RoutedJob routed, RecordContext context) {
        return of(routed);
    }

    static String of(RoutedJob routed) {
        return Topics.lane(routed.getLane(), routed.getBand()).name();
    }
}
