package dev.millrace.serde;

import java.io.ByteArrayOutputStream;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.jspecify.annotations.Nullable;

/**
 * The buffers for one record. A platform thread keeps its own; a virtual thread, of which there may
 * be very many, takes a new one each time.
 */
final class Scratch {
    private static final int FIRST_BYTES = 1 << 10;
    private static final int MAX_KEPT_BYTES = 1 << 20;
    private static final byte[] HEADER = new byte[WireFormat.HEADER_BYTES];
    private static final ThreadLocal<Scratch> OWN = new ThreadLocal<>();

    private final Output output = new Output();
    private final BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(output, null);
    private @Nullable BinaryDecoder decoder;

    static Scratch take() {
        if (Thread.currentThread().isVirtual()) {
            return new Scratch();
        }
        Scratch own = OWN.get();
        if (own == null) {
            own = new Scratch();
            OWN.set(own);
        }
        return own;
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
