package dev.millrace.bench;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * A line of hops from intake to results. The load and the measurements are the same whatever a line
 * is made of.
 */
interface Line {
    /** The intake topics' partitions, and those of jobs, outcomes and results. */
    int PARTITIONS = 4;

    int LANE_PARTITIONS = 12;

    String name();

    /** Whether its figures are what Millrace's are held against. */
    default boolean isFloor() {
        return false;
    }

    List<String> topics(Stage stage);

    /** The record that puts a job into the line. */
    ProducerRecord<byte[], byte[]> job(Mark mark);

    /** For one pass over the stages, in their order. */
    Marks marks();

    /** What works for this line besides the broker: pids by name. */
    Map<String, Long> processes();

    /** Which job of which round; carried from the intake to the result. */
    record Mark(int run, int index) {}

    /** Finds the mark of a record. */
    interface Marks {
        /**
         * Empty for a record that is no job's.
         *
         * @throws IllegalStateException when the record says that the job went wrong
         */
        Optional<Mark> of(Stage stage, byte[] value);
    }
}
