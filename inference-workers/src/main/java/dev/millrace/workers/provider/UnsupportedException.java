package dev.millrace.workers.provider;

/** The lane's provider has no way to say what a job asks. */
public final class UnsupportedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String field;

    /**
     * @param field of the job
     * @param message without content
     */
    public UnsupportedException(String field, String message) {
        super(message);
        this.field = field;
    }

    public String field() {
        return field;
    }
}
