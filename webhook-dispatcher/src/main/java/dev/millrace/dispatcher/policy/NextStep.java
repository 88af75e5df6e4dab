package dev.millrace.dispatcher.policy;

import java.time.Instant;

/** How a delivery goes on after an attempt. */
public sealed interface NextStep {

    record Delivered() implements NextStep {}

    record Retry(Instant at) implements NextStep {}

    /**
     * No further attempt.
     *
     * @param reason gone, refused or attempts
     */
    record Exhausted(String reason) implements NextStep {}
}
