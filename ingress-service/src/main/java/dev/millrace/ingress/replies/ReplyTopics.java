package dev.millrace.ingress.replies;

/**
 * Whether a reply topic can be written to: asked before a producer is, which would wait for a topic
 * that is not there.
 */
public interface ReplyTopics {

    Presence presence(String topic);

    /** Makes the next answer a fresh one. */
    void doubt(String topic);

    /** What the broker says of a topic. */
    enum Presence {
        THERE,
        /** Deleted, never made, or closed to this service. */
        MISSING,
        /** The broker says nothing: no topic is at fault. */
        UNREACHABLE
    }
}
