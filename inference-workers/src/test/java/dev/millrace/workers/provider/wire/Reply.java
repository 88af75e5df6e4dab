package dev.millrace.workers.provider.wire;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/**
 * What a server sends, and how it ends.
 *
 * @param frames each is flushed by itself
 */
public record Reply(int status, Map<String, String> headers, List<byte[]> frames, End end) {

    /** How it ends. */
    public enum End {
        /** As HTTP wants it. */
        WELL,
        /** The connection is reset. */
        CUT,
        /** Nothing more comes. */
        SILENT,
        /** The headers never end. */
        IN_HEADERS
    }

    public static Reply of(int status, String type, byte[]... frames) {
        return new Reply(status, Map.of("Content-Type", type), List.of(frames), End.WELL);
    }

    public static Reply json(int status, String body) {
        return of(status, "application/json", body.getBytes(StandardCharsets.UTF_8));
    }

    public Reply with(String header, String value) {
        Map<String, String> more = new java.util.TreeMap<>(headers);
        more.put(header, value);
        return new Reply(status, more, frames, end);
    }

    public Reply frames(List<byte[]> others) {
        return new Reply(status, headers, others, end);
    }

    public Reply ends(End other) {
        return new Reply(status, headers, frames, other);
    }
}
