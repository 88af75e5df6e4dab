package dev.millrace.workers.llama;

/** The engine cannot start on this machine or with this model; the message says what to do. */
public final class EngineStartException extends Exception {

    private static final long serialVersionUID = 1;

    public EngineStartException(String message) {
        super(message);
    }

    public EngineStartException(String message, Throwable cause) {
        super(message, cause);
    }
}
