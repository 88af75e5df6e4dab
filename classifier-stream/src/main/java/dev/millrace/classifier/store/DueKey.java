package dev.millrace.classifier.store;

import dev.millrace.classifier.job.JobId;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;

/**
 * When a job is to be looked at: the key of the due index. Its bytes (eight of the time,
 * big-endian, then the job's key) sort as the times do.
 */
record DueKey(long atMillis, String job) {
    static DueKey of(JobId id, Instant at) {
        return new DueKey(at.toEpochMilli(), id.key());
    }

    /** Before every job of that millisecond. */
    static DueKey before(long millis) {
        return new DueKey(Math.max(0, millis), "");
    }

    static Serde<DueKey> serde() {
        return Serdes.serdeFrom((topic, key) -> key.bytes(), (topic, bytes) -> from(bytes));
    }

    JobId id() {
        return JobId.fromKey(job);
    }

    private byte[] bytes() {
        byte[] name = job.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(Long.BYTES + name.length).putLong(atMillis).put(name).array();
    }

    private static DueKey from(byte[] bytes) {
        if (bytes.length < Long.BYTES) {
            throw new SerializationException("a due key of " + bytes.length + " bytes");
        }
        int name = bytes.length - Long.BYTES;
        return new DueKey(
                ByteBuffer.wrap(bytes).getLong(),
                new String(bytes, Long.BYTES, name, StandardCharsets.UTF_8));
    }
}
