package dev.millrace.workers.chat;

/**
 * The key that the catalog refers to is not there now; the message names the reference, never the
 * key.
 */
final class MissingKeyException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final String reference;

    MissingKeyException(String reference, Throwable cause) {
        super(reference, cause);
        this.reference = reference;
    }

    @Override
    public String getMessage() {
        return reference;
    }
}
