package dev.millrace.classifier.stream;

/**
 * Deciding about one record failed, before anything was written: the record is at fault, or we are.
 */
public final class UndecidableException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    UndecidableException(RuntimeException cause) {
        super(cause.toString(), cause);
    }
}
