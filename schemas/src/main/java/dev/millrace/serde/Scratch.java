package dev.millrace.serde;

import java.io.ByteArrayOutputStream;
import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.jspecify.annotations.Nullable;

/**
 * The buffers for one record. A platform thread keeps its own; virtual threads, of which there may
 * be very many, share a few.
 */
final class Scratch {
    private static final int FIRST_BYTES = 1 << 10;
    private static final int MAX_KEPT_BYTES = 1 << 20;
    private static final byte[] HEADER = new byte[WireFormat.HEADER_BYTES];
    private static final byte[] NOTHING = {};
    private static final int MOST_SHARED = 16;
    private static final ThreadLocal<Scratch> OWN = new ThreadLocal<>();
    private static final Queue<Scratch> SHARED = new ArrayBlockingQueue<>(MOST_SHARED);

    private final Output output = new Output();
    private final BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(output, null);
    private @Nullable BinaryDecoder decoder;

    static Scratch take() {
        if (Thread.currentThread().isVirtual()) {
            Scratch shared = SHARED.poll();
            return shared == null ? new Scratch() : shared;
        }
        Scratch own = OWN.get();
        if (own == null) {
            own = new Scratch();
            OWN.set(own);
        }
        return own;
    }

    /** The record is whole: whoever is next may have it. Not to be called after a failure. */
    void release() {
        if (Thread.currentThread().isVirtual() && output.capacity() <= MAX_KEPT_BYTES) {
            if (decoder != null) {
                // it would keep the record's bytes
                decoder = DecoderFactory.get().binaryDecoder(NOTHING, decoder);
            }
            SHARED.offer(this);
        }
    }

    /** After a failure: what is half written or half read must not meet the next record. */
    static void forget() {
        OWN.remove();
    }

    /** An empty encoder, behind room for the header. */
    BinaryEncoder encoder() {
        output.reset();
        output.write(HEADER, 0, HEADER.length);
        return encoder;
    }

    /** What was encoded and flushed, under a header with the schema's id. */
    byte[] framed(int schemaId) {
        byte[] bytes = output.toByteArray();
        WireFormat.putHeader(bytes, schemaId);
        if (output.capacity() > MAX_KEPT_BYTES) {
            forget();
        }
        return bytes;
    }

    /** A decoder over what follows the header. */
    BinaryDecoder decoder(byte[] bytes, int offset, int length) {
        decoder =
                DecoderFactory.get()
                        .binaryDecoder(
                                bytes,
                                offset + WireFormat.HEADER_BYTES,
                                length - WireFormat.HEADER_BYTES,
                                decoder);
        return decoder;
    }

    private static final class Output extends ByteArrayOutputStream {
        Output() {
            super(FIRST_BYTES);
        }

        int capacity() {
            return buf.length;
        }
    }
}
