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

    /**
     * The id in a record's header.
     *
     * @throws SerializationException where there is no header
     */
    static int schemaId(byte[] bytes, int offset, int length) {
        if (length < HEADER_BYTES) {
            throw new SerializationException(
                    "a record needs a header of "
                            + HEADER_BYTES
                            + " bytes, this one has "
                            + length
                            + " bytes in all");
        }
        if (bytes[offset] != MAGIC) {
            throw new SerializationException(
                    "the first byte is "
                            + (bytes[offset] & 0xff)
                            + ", not 0: the record is not in the schema registry's wire format");
        }
        int id =
                (bytes[offset + 1] & 0xff) << 24
                        | (bytes[offset + 2] & 0xff) << 16
                        | (bytes[offset + 3] & 0xff) << 8
                        | (bytes[offset + 4] & 0xff);
        if (id < 0) {
            throw new SerializationException("schema_id=" + id + ": no registry gives such an id");
        }
        return id;
    }

    private WireFormat() {}
}
