package dev.millrace.workers.provider;

/** A stream that had begun brought an error instead of the rest of the answer. */
public final class StreamErrorException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Kind kind;

    /** What it means. */
    public enum Kind {
        /** Too much was asked with the key. */
        RATE_LIMITED,
        /** The request is at fault. */
        INVALID,
        /** The provider is. */
        SERVER
    }

    /** Providers quote prompts in their messages, so none is kept. */
    public StreamErrorException(Kind kind) {
        super("the stream brought an error");
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }
}
