package dev.millrace.workers.provider;

import dev.langchain4j.http.client.sse.ServerSentEvent;
import dev.langchain4j.http.client.sse.ServerSentEventListener;
import dev.langchain4j.http.client.sse.ServerSentEventParser;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.zip.CRC32;

/**
 * AWS's event stream ({@code application/vnd.amazon.eventstream}): messages of headers and a
 * payload, each with its length and two checksums. An event's name is its type; an error's is
 * {@link #ERROR} and its type.
 */
final class EventStream implements ServerSentEventParser {
    static final String ERROR = "error:";

    private static final int PRELUDE = 12;
    private static final int CHECKSUM = 4;
    private static final int MAX_MESSAGE = 16 * 1024 * 1024;
    private static final int STRING = 7;

    @Override
    public void parse(InputStream body, ServerSentEventListener listener) {
        try (DataInputStream in = new DataInputStream(body)) {
            byte[] prelude = new byte[PRELUDE];
            while (begins(in, prelude)) {
                listener.onEvent(message(in, prelude));
            }
        } catch (IOException e) {
            listener.onError(e);
        }
    }

    /** Whether there is another message; its first byte may be missing, no other. */
    private static boolean begins(DataInputStream in, byte[] prelude) throws IOException {
        int first = in.read();
        if (first < 0) {
            return false;
        }
        prelude[0] = (byte) first;
        in.readFully(prelude, 1, PRELUDE - 1);
        return true;
    }

    private static ServerSentEvent message(DataInputStream in, byte[] prelude) throws IOException {
        ByteBuffer lengths = ByteBuffer.wrap(prelude);
        int total = lengths.getInt();
        int headerBytes = lengths.getInt();
        int payloadBytes = total - PRELUDE - headerBytes - CHECKSUM;
        if (total > MAX_MESSAGE || headerBytes < 0 || payloadBytes < 0) {
            throw new IOException("an event's lengths make no sense");
        }
        check(lengths.getInt(), prelude, PRELUDE - CHECKSUM);
        byte[] whole = new byte[total - CHECKSUM];
        System.arraycopy(prelude, 0, whole, 0, PRELUDE);
        in.readFully(whole, PRELUDE, whole.length - PRELUDE);
        check(in.readInt(), whole, whole.length);
        Map<String, String> headers = headers(ByteBuffer.wrap(whole, PRELUDE, headerBytes));
        String payload =
                new String(whole, PRELUDE + headerBytes, payloadBytes, StandardCharsets.UTF_8);
        return new ServerSentEvent(name(headers), payload);
    }

    private static String name(Map<String, String> headers) {
        return switch (headers.getOrDefault(":message-type", "event")) {
            case "event" -> headers.getOrDefault(":event-type", "");
            case "exception" -> ERROR + headers.getOrDefault(":exception-type", "");
            default -> ERROR + headers.getOrDefault(":error-code", "");
        };
    }

    private static void check(int expected, byte[] bytes, int length) throws IOException {
        CRC32 sum = new CRC32();
        sum.update(bytes, 0, length);
        if ((int) sum.getValue() != expected) {
            throw new IOException("an event's checksum is wrong");
        }
    }

    /** Those whose values are text. */
    private static Map<String, String> headers(ByteBuffer in) throws IOException {
        Map<String, String> headers = new HashMap<>();
        while (in.hasRemaining()) {
            String name = text(in, in.get() & 0xff);
            int type = in.get();
            int length =
                    switch (type) {
                        case 0, 1 -> 0;
                        case 2 -> 1;
                        case 3 -> 2;
                        case 4 -> 4;
                        case 5, 8 -> 8;
                        case 6, STRING -> in.getShort() & 0xffff;
                        case 9 -> 16;
                        default -> throw new IOException("a header of an unknown type");
                    };
            String value = text(in, length);
            if (type == STRING) {
                headers.put(name, value);
            }
        }
        return headers;
    }

    private static String text(ByteBuffer in, int length) throws EOFException {
        if (length > in.remaining()) {
            throw new EOFException("a header is cut off");
        }
        byte[] bytes = new byte[length];
        in.get(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
