package dev.millrace.classifier.job;

import java.time.Instant;

/**
 * A cancellation that gives the running attempt a moment to say what it used.
 *
 * @param reason as the caller gave it, cut to {@value #MAX_REASON} characters
 * @param until when the job ends without that word
 */
public record Cancelling(String reason, Instant until) {
    public static final int MAX_REASON = 1_024;

    public Cancelling {
        reason = cut(reason);
    }

    private static String cut(String reason) {
        if (reason.length() <= MAX_REASON) {
            return reason;
        }
        boolean splitsPair = Character.isHighSurrogate(reason.charAt(MAX_REASON - 1));
        return reason.substring(0, splitsPair ? MAX_REASON - 1 : MAX_REASON);
    }
}
