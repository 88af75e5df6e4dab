package dev.millrace.workers.llama;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Puts an answer together from the bytes of its tokens, and lets out only what is certain: whole
 * characters, without spaces before the first, and nothing that may yet turn out to be a stop text.
 */
final class AnswerText {

    private static final int MOST_PENDING_BYTES = 4;

    private final List<String> stops;
    private final CharsetDecoder decoder =
            StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPLACE)
                    .onUnmappableCharacter(CodingErrorAction.REPLACE);
    private final StringBuilder text = new StringBuilder();
    private byte[] pendingBytes = new byte[0];
    private int released;
    private boolean stopped;

    AnswerText(List<String> stops) {
        this.stops = List.copyOf(stops);
    }

    /** Adds the bytes of a token; returns what has become certain. */
    String add(byte[] bytes) {
        if (!stopped) {
            append(bytes, false);
        }
        return release(certainEnd());
    }

    /** Ends the answer; returns the rest of it. */
    String finish() {
        if (!stopped) {
            append(new byte[0], true);
        }
        return release(text.length());
    }

    /** Whether a stop text has come; the answer ends before it. */
    boolean isStopped() {
        return stopped;
    }

    /** All that was let out. */
    String released() {
        return text.substring(0, released);
    }

    private void append(byte[] bytes, boolean last) {
        ByteBuffer in = ByteBuffer.allocate(pendingBytes.length + bytes.length);
        in.put(pendingBytes).put(bytes).flip();
        CharBuffer out = CharBuffer.allocate(in.remaining() + MOST_PENDING_BYTES);
        decoder.decode(in, out, last);
        if (last) {
            decoder.flush(out);
        }
        pendingBytes = new byte[in.remaining()];
        in.get(pendingBytes);
        text.append(out.flip());
        if (released == 0) {
            int spaces = 0;
            while (spaces < text.length() && Character.isWhitespace(text.charAt(spaces))) {
                spaces++;
            }
            text.delete(0, spaces);
        }
        cutAtStop();
    }

    private void cutAtStop() {
        int end = text.length();
        for (String stop : stops) {
            int at = text.indexOf(stop, released);
            if (at >= 0 && at < end) {
                end = at;
                stopped = true;
            }
        }
        text.setLength(end);
    }

    /** Everything before the earliest place where a stop text may have begun. */
    private int certainEnd() {
        int end = text.length();
        for (String stop : stops) {
            for (int length = Math.min(stop.length() - 1, text.length()); length > 0; length--) {
                if (!stopped && stop.startsWith(text.substring(text.length() - length))) {
                    end = Math.min(end, text.length() - length);
                    break;
                }
            }
        }
        return Math.max(end, released);
    }

    private String release(int end) {
        String part = text.substring(released, end);
        released = end;
        return part;
    }
}
