package dev.millrace.ingress.jobs;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeader;

/**
 * The W3C trace that a job belongs to, carried from the way in to the jobs topic; what is not
 * well-formed is dropped.
 */
public record TraceContext(Optional<String> traceparent, Optional<String> tracestate) {
    public static final TraceContext NONE = new TraceContext(Optional.empty(), Optional.empty());
    public static final String PARENT = "traceparent";
    public static final String STATE = "tracestate";
    private static final Pattern LEGAL_PARENT =
            Pattern.compile("[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}");
    private static final int MAX_STATE = 512;

    public TraceContext {
        traceparent = traceparent.filter(text -> LEGAL_PARENT.matcher(text).matches());
        tracestate =
                traceparent.isPresent()
                        ? tracestate.filter(text -> !text.isEmpty() && text.length() <= MAX_STATE)
                        : Optional.empty();
    }

    public static TraceContext of(Headers headers) {
        return new TraceContext(text(headers, PARENT), text(headers, STATE));
    }

    public List<Header> headers() {
        return Stream.concat(
                        traceparent.stream().map(text -> header(PARENT, text)),
                        tracestate.stream().map(text -> header(STATE, text)))
                .toList();
    }

    private static Header header(String name, String text) {
        return new RecordHeader(name, text.getBytes(StandardCharsets.UTF_8));
    }

    private static Optional<String> text(Headers headers, String name) {
        return Optional.ofNullable(headers.lastHeader(name))
                .map(Header::value)
                .map(bytes -> new String(bytes, StandardCharsets.UTF_8));
    }
}
