package dev.millrace.topics;

/** Headers of a dead letter: why it is there and where it came from, as UTF-8 text. */
public final class DeadLetterHeaders {
    public static final String REASON = "mr-reason";
    public static final String TOPIC = "mr-topic";
    public static final String PARTITION = "mr-partition";
    public static final String OFFSET = "mr-offset";
    public static final String ATTEMPTS = "mr-attempts";

    /**
     * On an intake record that replays a letter: that letter's key, {@code topic/partition/offset}.
     */
    public static final String REPLAY_OF = "mr-replay-of";

    private DeadLetterHeaders() {}
}
