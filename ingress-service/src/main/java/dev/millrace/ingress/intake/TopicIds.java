package dev.millrace.ingress.intake;

import java.util.Collection;
import java.util.Optional;

/** The unique ids of topics: part of the names of jobs that come by topic. */
public interface TopicIds {

    /** Empty when the broker cannot say now. */
    Optional<String> idOf(String topic);

    /** The topics of these names may be others by now. */
    void forget(Collection<String> topics);
}
