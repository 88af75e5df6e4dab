package dev.millrace.workers.chat;

import java.io.IOException;

/** The provider sent more than an outcome can carry. */
final class AnswerTooLargeException extends IOException {
    private static final long serialVersionUID = 1L;

    private final long limit;

    AnswerTooLargeException(long limit) {
        super("the answer is over " + limit + " bytes");
        this.limit = limit;
    }

    long limit() {
        return limit;
    }
}
