package dev.millrace.ingress.jobs;

import dev.millrace.topics.DeadLetterHeaders;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Pattern;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;

/**
 * The dead letter that an intake record replays, as its header names it. It is a name and no proof:
 * it works as an idempotency key of the topic's own tenant, so nobody gains by making one up.
 *
 * @param letter {@code topic/partition/offset}
 */
public record ReplayOf(String letter) {
    private static final Pattern LEGAL =
            Pattern.compile("[a-zA-Z0-9._-]{1,249}/-?[0-9]{1,10}/-?[0-9]{1,19}");

    public ReplayOf {
        if (!LEGAL.matcher(letter).matches()) {
            throw new IllegalArgumentException("no letter's key: topic/partition/offset");
        }
    }

    /** Empty where there is none, and where it is not well-formed. */
    public static Optional<ReplayOf> of(Headers headers) {
        return Optional.ofNullable(headers.lastHeader(DeadLetterHeaders.REPLAY_OF))
                .map(Header::value)
                .map(bytes -> new String(bytes, StandardCharsets.UTF_8))
                .filter(text -> LEGAL.matcher(text).matches())
                .map(ReplayOf::new);
    }
}
