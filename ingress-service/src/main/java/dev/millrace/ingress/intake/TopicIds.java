package dev.millrace.ingress.intake;

import java.util.Optional;

/** The unique ids of topics: part of the names of jobs that come by topic. */
public interface TopicIds {

    /** Empty when the broker cannot say now. */
    Optional<String> idOf(String topic);
}
