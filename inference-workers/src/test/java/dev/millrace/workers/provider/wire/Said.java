package dev.millrace.workers.provider.wire;

import java.util.List;
import java.util.Optional;

/**
 * An answer that a provider gives in a test.
 *
 * @param pieces of its text
 * @param stop in our words: stop, length, tool_calls or content_filter
 * @param used empty where the provider does not count
 */
public record Said(List<String> pieces, String stop, Optional<Used> used, List<Called> calls) {

    /** Tokens as we count them. */
    public record Used(long input, long read, long written, long output, long reasoning) {}

    /** A tool's call; the arguments are a JSON object. */
    public record Called(String id, String name, String arguments) {}

    public static final Used USED = new Used(100, 20, 10, 40, 15);

    /** Text, and its end. */
    public static Said text(String... pieces) {
        return new Said(List.of(pieces), "stop", Optional.of(USED), List.of());
    }

    public Said stopped(String why) {
        return new Said(pieces, why, used, calls);
    }

    public Said uncounted() {
        return new Said(pieces, stop, Optional.empty(), calls);
    }

    public static Said calls(Called... calls) {
        return new Said(List.of(), "tool_calls", Optional.of(USED), List.of(calls));
    }

    public String text() {
        return String.join("", pieces);
    }
}
