package dev.millrace.kit.telemetry;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.header.internals.RecordHeaders;

/**
 * The W3C trace that a job belongs to, as it travels in the headers of records and requests; what
 * is not well-formed is dropped.
 *
 * @param tracestate what the caller's own tracing system added; kept only with a traceparent
 */
public record TraceContext(Optional<String> traceparent, Optional<String> tracestate) {
    public static final TraceContext NONE = new TraceContext(Optional.empty(), Optional.empty());
    public static final String PARENT = "traceparent";
    public static final String STATE = "tracestate";
    private static final Pattern LEGAL_PARENT =
            Pattern.compile(
                    "(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}");
    private static final Pattern LEGAL_STATE = Pattern.compile("[ -~]{1,512}");

    public TraceContext {
        traceparent = traceparent.filter(text -> LEGAL_PARENT.matcher(text).matches());
        tracestate =
                traceparent.isPresent()
                        ? tracestate.filter(text -> LEGAL_STATE.matcher(text).matches())
                        : Optional.empty();
    }

    public static TraceContext of(Headers headers) {
        Optional<String> parent = text(headers, PARENT);
        return parent.isEmpty() ? NONE : new TraceContext(parent, text(headers, STATE));
    }

    /** Where only the parent was kept. */
    public static TraceContext of(Optional<String> traceparent) {
        return traceparent.isEmpty() ? NONE : new TraceContext(traceparent, Optional.empty());
    }

    /** For a record. */
    public List<Header> headers() {
        return Stream.concat(
                        traceparent.stream().map(text -> header(PARENT, text)),
                        tracestate.stream().map(text -> header(STATE, text)))
                .toList();
    }

    /** For a request. */
    public Map<String, String> asMap() {
        Map<String, String> map = new LinkedHashMap<>();
        traceparent.ifPresent(text -> map.put(PARENT, text));
        tracestate.ifPresent(text -> map.put(STATE, text));
        return map;
    }

    /** The same headers with this trace in place of theirs; unchanged where there is none. */
    public Headers over(Headers others) {
        Headers headers = new RecordHeaders(others.toArray());
        if (traceparent.isPresent()) {
            headers.remove(PARENT);
            headers.remove(STATE);
            headers().forEach(headers::add);
        }
        return headers;
    }

    private static Header header(String name, String text) {
        return new RecordHeader(name, text.getBytes(StandardCharsets.US_ASCII));
    }

    private static Optional<String> text(Headers headers, String name) {
        return Optional.ofNullable(headers.lastHeader(name))
                .map(Header::value)
                .map(bytes -> new String(bytes, StandardCharsets.UTF_8));
    }
}
