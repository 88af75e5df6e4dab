package dev.millrace.workers.llama.protocol;

/** A line that is not a message. */
public final class MalformedMessageException extends Exception {

    private static final long serialVersionUID = 1;

    MalformedMessageException(String message) {
        super(message);
    }
}
