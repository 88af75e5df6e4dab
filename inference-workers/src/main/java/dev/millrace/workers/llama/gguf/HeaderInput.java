package dev.millrace.workers.llama.gguf;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ReadableByteChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * Little-endian reading with a position for messages. Nothing is allocated on a file's word alone:
 * a length is first held against its limit and against what is left of the file.
 */
final class HeaderInput {

    private static final int CHUNK = 1 << 16;

    private final ReadableByteChannel channel;
    private final long fileSize;
    private final ByteBuffer buffer =
            ByteBuffer.allocate(CHUNK).order(ByteOrder.LITTLE_ENDIAN).limit(0);
    private long consumed;

    HeaderInput(ReadableByteChannel channel, long fileSize) {
        this.channel = channel;
        this.fileSize = fileSize;
    }

    long position() {
        return consumed;
    }

    long remaining() {
        return fileSize - consumed;
    }

    InvalidGgufException wrong(String what) {
        return new InvalidGgufException("byte " + consumed, what);
    }

    int int8(String what) throws IOException, InvalidGgufException {
        need(1, what);
        return buffer.get();
    }

    int int32(String what) throws IOException, InvalidGgufException {
        need(Integer.BYTES, what);
        return buffer.getInt();
    }

    long int64(String what) throws IOException, InvalidGgufException {
        need(Long.BYTES, what);
        return buffer.getLong();
    }

    /** A 64-bit count between 0 and {@code limit}. */
    int count(String what, int limit) throws IOException, InvalidGgufException {
        long count = int64(what);
        if (count < 0 || count > limit) {
            throw wrong(what + " is " + Long.toUnsignedString(count) + ", the limit is " + limit);
        }
        return (int) count;
    }

    /** A string of at most {@code limit} bytes of UTF-8. */
    String string(String what, int limit) throws IOException, InvalidGgufException {
        int length = count("length of " + what, limit);
        byte[] bytes = bytes(what, length);
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException e) {
            throw wrong(what + " is not UTF-8");
        }
    }

    private byte[] bytes(String what, int length) throws IOException, InvalidGgufException {
        requireLeft(length, what);
        byte[] bytes = new byte[length];
        int filled = 0;
        while (filled < length) {
            int part = Math.min(length - filled, CHUNK);
            need(part, what);
            buffer.get(bytes, filled, part);
            filled += part;
        }
        return bytes;
    }

    void skip(String what, long length) throws IOException, InvalidGgufException {
        requireLeft(length, what);
        long left = length;
        while (left > 0) {
            int part = (int) Math.min(left, CHUNK);
            need(part, what);
            buffer.position(buffer.position() + part);
            left -= part;
        }
    }

    private void requireLeft(long length, String what) throws InvalidGgufException {
        if (length > remaining()) {
            throw wrong("the file ends inside " + what);
        }
    }

    /** Makes {@code length} bytes readable and counts them as consumed. */
    private void need(int length, String what) throws IOException, InvalidGgufException {
        requireLeft(length, what);
        if (buffer.remaining() < length) {
            buffer.compact();
            while (buffer.position() < length) {
                if (channel.read(buffer) < 0) {
                    throw wrong("the file ends inside " + what);
                }
            }
            buffer.flip();
        }
        consumed += length;
    }
}
