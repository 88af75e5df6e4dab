package dev.millrace.ledger.sink;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jdbi.v3.core.Handle;

/**
 * Records into rows. Writing the same records again must change nothing.
 *
 * @param <R> what a record is read as
 */
public interface Projection<R> {

    /** A short name for logs, metrics and threads. */
    String name();

    /** The topics that it reads. */
    List<String> topics();

    /**
     * How old a record is to be before it is written, so that what makes it needless may come
     * first.
     */
    default Duration settles() {
        return Duration.ZERO;
    }

    /** Decodes; throws what {@link dev.millrace.serde.RegistryErrors} tells apart. */
    R read(ConsumerRecord<byte[], byte[]> record);

    /** Whose row it is. */
    record Subject(String jobId, String tenant) {}

    /** The job that a value is about, for its trace; empty where the value changes nothing. */
    Optional<Subject> subject(R value);

    /**
     * Whether it is this projection that sets aside what cannot be read of a topic. Where several
     * read one topic, one of them does, so that a bad record is a dead letter once.
     */
    default boolean setsAsideUnreadable(String topic) {
        return true;
    }

    /**
     * Writes in the caller's transaction.
     *
     * @return rows that were really inserted or changed
     */
    int write(Handle handle, List<R> values);
}
