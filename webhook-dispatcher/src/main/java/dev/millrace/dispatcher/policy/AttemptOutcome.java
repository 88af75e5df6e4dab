package dev.millrace.dispatcher.policy;

import java.time.Duration;
import java.util.Optional;

/** What came of one attempt. Error words are short, stable and free of content. */
public sealed interface AttemptOutcome {

    /**
     * The endpoint answered.
     *
     * @param retryAfter what it asked for, if anything that can be read
     */
    record Answered(int status, Optional<Duration> retryAfter) implements AttemptOutcome {}

    /**
     * No answer, or no request: the network, the name, a time limit, a missing secret. It may pass.
     */
    record Failed(String error) implements AttemptOutcome {}

    /**
     * The target is one that no webhook may go to. It was not contacted, and trying again cannot
     * help.
     */
    record Refused(String error) implements AttemptOutcome {}

    default Optional<Integer> statusCode() {
        return switch (this) {
            case Answered(int status, Optional<Duration> retryAfter) -> Optional.of(status);
            case Failed(String error) -> Optional.empty();
            case Refused(String error) -> Optional.empty();
        };
    }

    default Optional<String> errorWord() {
        return switch (this) {
            case Answered(int status, Optional<Duration> retryAfter) -> Optional.empty();
            case Failed(String error) -> Optional.of(error);
            case Refused(String error) -> Optional.of(error);
        };
    }
}
