package dev.millrace.serde;

import org.apache.kafka.common.errors.SerializationException;

/** Confluent's framing: a zero byte, the schema id as a big-endian int, then the Avro binary. */
final class WireFormat {
    static final byte MAGIC = 0;
    static final int HEADER_BYTES = 5;

    static void putHeader(byte[] target, int schemaId) {
        target[0] = MAGIC;
        target[1] = (byte) (schemaId >>> 24);
        target[2] = (byte) (schemaId >>> 16);
        target[3] = (byte) (schemaId >>> 8);
        target[4] = (byte) schemaId;
    }

    static int schemaId(byte[] bytes) {
        if (bytes.length < HEADER_BYTES) {
            throw new SerializationException(
                    "a record needs a header of "
                            + HEADER_BYTES
                            + " bytes, this one has "
                            + bytes.length
                            + " bytes in all");
        }
        if (bytes[0] != MAGIC) {
            throw new SerializationException(
                    "the first byte is "
                            + (bytes[0] & 0xff)
                            + ", not 0: the record is not in the schema registry's wire format");
        }
        return (bytes[1] & 0xff) << 24
                | (bytes[2] & 0xff) << 16
                | (bytes[3] & 0xff) << 8
                | (bytes[4] & 0xff);
    }

    private WireFormat() {}
}
