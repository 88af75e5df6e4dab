package dev.millrace.ingress.jobs;

import dev.millrace.serde.RegistryUnavailableException;
import org.apache.kafka.clients.producer.BufferExhaustedException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.SerializationException;

/** What came of writing a record to a topic. */
public sealed interface Sent {

    /** All in-sync replicas have it. */
    record Acknowledged() implements Sent {}

    /** This record can never be written there. {@code reason} has no content in it. */
    record Never(String reason) implements Sent {}

    /**
     * Not now: try again.
     *
     * @param perhapsWritten the record may be in the topic nevertheless: only its acknowledgement
     *     is missing
     */
    record NotNow(String reason, boolean perhapsWritten) implements Sent {}

    /**
     * What a producer's failure means for a record that this service built itself: only its size
     * can be the record's fault. A failed serializer means that the registry is out of reach, or
     * refuses our schema.
     */
    static Sent failed(Throwable failure) {
        boolean perhapsWritten = true;
        for (Throwable at = failure; at != null; at = at.getCause()) {
            switch (at) {
                case RecordTooLargeException e -> {
                    return new Never("RecordTooLargeException");
                }
                case SerializationException e -> perhapsWritten = false;
                case RegistryUnavailableException e -> perhapsWritten = false;
                case AuthorizationException e -> perhapsWritten = false;
                case BufferExhaustedException e -> perhapsWritten = false;
                default -> {}
            }
        }
        return new NotNow(innermost(failure), perhapsWritten);
    }

    private static String innermost(Throwable failure) {
        Throwable at = failure;
        while (at.getCause() != null) {
            at = at.getCause();
        }
        return at.getClass().getSimpleName();
    }
}
