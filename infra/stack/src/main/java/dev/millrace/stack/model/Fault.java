package dev.millrace.stack.model;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** What may go wrong with a provider; each happens before or instead of the answer. */
public enum Fault {
    /** 429 with Retry-After. */
    RATE_LIMIT,
    /** 500 with an error body. */
    SERVER_ERROR,
    /** 503 without one. */
    OVERLOADED,
    /** Nothing is sent for as long as the settings say, then the connection is closed. */
    TIMEOUT,
    /** 200 with a body that is not JSON. */
    GARBAGE,
    /**
     * A stream that ends half way, with neither a finish reason nor [DONE]; without a stream, half
     * a body.
     */
    TRUNCATE,
    /** A stream that stops half way with the connection open; without a stream, like TIMEOUT. */
    STALL,
    /** 429 without Retry-After. */
    RATE_LIMIT_BARE;

    /** Its name on the command line and in the request header: {@code rate-limit}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /**
     * @throws IllegalArgumentException naming the words that would have been allowed
     */
    public static Fault of(String word) {
        return Arrays.stream(values())
                .filter(fault -> fault.word().equals(word))
                .findFirst()
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        "fault="
                                                + word
                                                + " is none of "
                                                + Arrays.stream(values())
                                                        .map(Fault::word)
                                                        .collect(Collectors.joining(", "))));
    }
}
