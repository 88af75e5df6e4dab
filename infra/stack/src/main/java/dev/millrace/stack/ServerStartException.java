package dev.millrace.stack;

/**
 * A server could not be prepared, did not start, or was not ready in time; the message says why.
 */
public final class ServerStartException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public ServerStartException(String message) {
        super(message);
    }

    public ServerStartException(String message, Throwable cause) {
        super(message, cause);
    }
}
