package dev.millrace.workers.llama.format;

/** A response format that the engine cannot hold an answer to; says where and why. */
public final class UnsupportedFormatException extends Exception {

    private static final long serialVersionUID = 1;

    private final String limit;

    UnsupportedFormatException(String path, String message, String limit) {
        super(path + ": " + message);
        this.limit = limit;
    }

    /** What is allowed. */
    public String limit() {
        return limit;
    }
}
